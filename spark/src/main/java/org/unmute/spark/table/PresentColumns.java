package org.unmute.spark.table;

import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads those of the given columns that a file has: parts of earlier versions have fewer. */
public final class PresentColumns extends GroupReadSupport {
    private final MessageType columns;

    /** @param columns columns to read if present */
    public PresentColumns(MessageType columns) {
        this.columns = columns;
    }

    @Override
    public ReadContext init(InitContext context) {
        MessageType file = context.getFileSchema();
        Type[] present = columns.getFields().stream()
                .filter(column -> file.containsField(column.getName()))
                .toArray(Type[]::new);
        return new ReadContext(getSchemaForRead(file, new MessageType(columns.getName(), present)));
    }
}
