package main

import (
	"fmt"
	"log/slog"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/notify"
)

// openSenders makes the channels by which notices leave the den, as the settings say.
func openSenders(c configs.Config, log *slog.Logger) (map[den.Channel]orchestrator.Sender, error) {
	inside, err := c.Notices.Networks()
	if err != nil {
		return nil, err
	}
	options := notify.Options{Now: time.Now, Log: log, Inside: inside}
	all := map[den.Channel]orchestrator.Sender{}
	for channel, address := range map[den.Channel]string{den.ByMail: c.Notices.Mail, den.ByHook: map[bool]string{true: "webhook:"}[c.Notices.Webhooks]} {
		if address == "" {
			continue
		}
		if all[channel], err = notify.Open(address, options); err != nil {
			return nil, fmt.Errorf("notices: %w", err)
		}
	}
	return all, nil
}
