-- What becomes of a message: it is written to be sent, claimed try after try, then sent or given up by a later transaction. Its text
-- stays, but for a code that is erased once over. It is never due more than a day ahead, and what holds no code is given up after
-- twelve tries at least.
CREATE OR REPLACE FUNCTION message_suivi() RETURNS trigger LANGUAGE plpgsql AS $suivi$
DECLARE
    refus text;
BEGIN
    IF ecrit_le_proprietaire(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        refus := CASE WHEN NEW.statut <> 'a_envoyer' OR NEW.tentatives <> 0 THEN 'il attend d''abord d''être envoyé' END;
    ELSE
        refus := CASE
            WHEN NEW.cree_le <> OLD.cree_le THEN 'la date où il a été écrit reste'
            WHEN NEW.texte <> OLD.texte AND NOT (OLD.cle LIKE 'code:%' AND NEW.statut <> 'a_envoyer' AND NEW.texte NOT LIKE 'v2.%')
                THEN 'son texte reste'
            WHEN NEW.tentatives NOT IN (OLD.tentatives, OLD.tentatives + 1) THEN 'ses essais se comptent un à un'
            WHEN OLD.statut = 'a_envoyer' AND ecrite_ici(OLD.xmin)
                AND (NEW.statut, NEW.tentatives, NEW.a_envoyer_le) IS DISTINCT FROM ('a_envoyer', OLD.tentatives, OLD.a_envoyer_le)
                THEN 'il ne part ni ne s''abandonne dans la transaction qui l''écrit'
            WHEN NEW.statut = 'abandonne' AND OLD.statut <> 'abandonne' AND OLD.cle NOT LIKE 'code:%' AND NEW.tentatives < 12
                THEN 'il s''abandonne après douze essais'
        END;
    END IF;
    IF NEW.a_envoyer_le > clock_timestamp() + interval '1 day' THEN
        refus := coalesce(refus, 'il part dans la journée');
    END IF;
    IF refus IS NOT NULL THEN
        RAISE EXCEPTION 'message % : %', NEW.cle, refus USING ERRCODE = 'check_violation', CONSTRAINT = 'messages_suivis';
    END IF;
    RETURN NEW;
END
$suivi$;
