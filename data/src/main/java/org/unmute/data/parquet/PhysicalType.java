package org.unmute.data.parquet;

/** Physical types of values, in the order of the format's numbers. */
enum PhysicalType {
    BOOLEAN(0),
    INT32(4),
    INT64(8),
    INT96(12),
    FLOAT(4),
    DOUBLE(8),
    BYTE_ARRAY(0),
    FIXED_LEN_BYTE_ARRAY(0);

    /** Size of a value in bytes; 0 if it depends on the value or column. */
    final int bytes;

    PhysicalType(int bytes) {
        this.bytes = bytes;
    }
}
