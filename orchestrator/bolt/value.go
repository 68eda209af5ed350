package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// A value is a form number, a CRC-32C over the table's name, the key and the JSON, and
// the JSON of the record. bbolt has no checksums of its own: with this one a flipped
// bit is seen when the record is read.
const (
	valueForm = 1
	valueHead = 5
)

func encode(table string, key []byte, record any) ([]byte, error) {
	body, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("write %s %q as JSON: %w", table, key, err)
	}
	value := make([]byte, valueHead, valueHead+len(body))
	value[0] = valueForm
	binary.BigEndian.PutUint32(value[1:], checksum(table, key, body))
	return append(value, body...), nil
}

func decode(table string, key, value []byte, record any) error {
	switch {
	case len(value) < valueHead || value[0] != valueForm:
		return damaged("%s %q has an unknown form", table, key)
	case binary.BigEndian.Uint32(value[1:]) != checksum(table, key, value[valueHead:]):
		return damaged("%s %q does not match its checksum", table, key)
	}
	if err := json.Unmarshal(value[valueHead:], record); err != nil {
		return damaged("%s %q cannot be read: %v", table, key, err)
	}
	return nil
}

func checksum(table string, key, body []byte) uint32 {
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, castagnoli, []byte(table))
	sum = crc32.Update(sum, castagnoli, []byte{0})
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, body)
}
