"""What every page of the back office shares: `admin_pass` is the base of each, `cellules` what its columns show.

Read in the order `portee` (what a person may reach), `cellules`, `listes`, `admin_pass`, `lecture`, `actes`.
"""
