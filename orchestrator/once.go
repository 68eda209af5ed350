package orchestrator

import "innovationden/orchestrator/den"

// answered finds what a repeated request made the first time; empty: it is new. The
// same key with another body is Invalid.
func (p *pen) answered(tx den.Tx, once den.Once) (den.ID, error) {
	if once.Key == "" {
		return "", nil
	}
	a, err := tx.Answers().Get(onceKey(p.by, once))
	switch {
	case den.KindOf(err) == den.NotFound:
		return "", nil
	case err != nil:
		return "", err
	case a.Body != once.Body:
		return "", den.Bad("idempotency_key", "This Idempotency-Key was used for another request. Use a new one for each request.")
	}
	return a.ID, nil
}

// answer remembers what a request made, in the transaction that made it.
func (p *pen) answer(tx den.Tx, once den.Once, id den.ID) error {
	if once.Key == "" {
		return nil
	}
	_, err := tx.Answers().Put(den.Answer{Key: string(onceKey(p.by, once)), Body: once.Body, ID: id, At: p.now})
	return err
}

func onceKey(by den.Actor, once den.Once) den.ID { return by.ID + "/" + den.ID(once.Key) }
