package org.unmute.spark.table;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * Converts rows to rows of a Parquet file and back. Nulls are left out.
 *
 * @param <T> type of a row
 */
public abstract class RowForm<T> extends WriteSupport<T> {
    private final MessageType schema;
    private RecordConsumer out;
    private int column;

    RowForm(MessageType schema) {
        this.schema = schema;
    }

    @Override
    @SuppressWarnings("deprecation") // there is no other way to implement it
    public WriteContext init(Configuration configuration) {
        return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        out = consumer;
    }

    @Override
    public void write(T row) {
        column = 0;
        out.startMessage();
        columns(row);
        out.endMessage();
    }

    /** Writes every column, in the order of the schema. */
    abstract void columns(T row);

    /** Converts a row that was read, with all columns. */
    public abstract T row(Group row);

    /** The schema of the columns. */
    public MessageType schema() {
        return schema;
    }

    private void value(boolean there, Runnable write) {
        if (there) {
            String name = schema.getFieldName(column);
            out.startField(name, column);
            write.run();
            out.endField(name, column);
        }
        column++;
    }

    final void text(String value) {
        value(value != null, () -> out.addBinary(Binary.fromString(value)));
    }

    final void number(double value, boolean there) {
        value(there, () -> out.addDouble(value));
    }

    final void whole(int value) {
        value(true, () -> out.addInteger(value));
    }

    final void whole(int value, boolean there) {
        value(there, () -> out.addInteger(value));
    }

    final void whole(long value, boolean there) {
        value(there, () -> out.addLong(value));
    }

    final void truth(boolean value) {
        value(true, () -> out.addBoolean(value));
    }

    /** Five columns. */
    final void placed(WhenAndWhere where) {
        text(where.begin());
        text(where.end());
        text(where.site());
        number(where.latitude(), !Double.isNaN(where.latitude()));
        number(where.longitude(), !Double.isNaN(where.longitude()));
    }

    final void vector(float[] values) {
        value(values != null, () -> {
            out.startGroup();
            if (values.length > 0) {
                out.startField("list", 0);
                for (float each : values) {
                    out.startGroup();
                    out.startField("element", 0);
                    out.addFloat(each);
                    out.endField("element", 0);
                    out.endGroup();
                }
                out.endField("list", 0);
            }
            out.endGroup();
        });
    }
}
