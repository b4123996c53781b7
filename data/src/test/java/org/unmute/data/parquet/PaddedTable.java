package org.unmute.data.parquet;

import static org.unmute.data.parquet.ThriftWriter.little;
import static org.unmute.data.parquet.ThriftWriter.struct;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small file with millions of rows of missing values. */
public final class PaddedTable {
    private PaddedTable() {}

    /** Writes such a file with a text column for each name. */
    public static Path write(Path file, List<String> names, int rows) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(ParquetTable.MAGIC);
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        ThriftWriter.varint(run, (long) rows << 1);
        run.write(0);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(little(run.size()));
        body.writeBytes(run.toByteArray());
        byte[] page = struct(1, 0, 2, body.size(), 3, body.size(), 5, struct(1, rows, 2, 0, 3, 3, 4, 3));
        all.writeBytes(page);
        all.writeBytes(body.toByteArray());
        // The budget of cells grows with the file.
        all.writeBytes(new byte[3 * names.size() * (rows / 100)]);
        long length = page.length + body.size();
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "schema", 5, names.size())));
        List<byte[]> columns = new ArrayList<>();
        for (String name : names) {
            schema.add(struct(1, 6, 3, 1, 4, name, 6, 0));
            byte[] chunk = struct(1, 6, 2, List.of(0), 3, List.of(name), 4, 0, 5, rows, 6, length, 7, length, 9, 4);
            columns.add(struct(2, 0, 3, chunk));
        }
        byte[] end = struct(1, 1, 2, schema, 3, rows, 4, List.of(struct(1, columns, 2, 0, 3, rows)));
        all.writeBytes(end);
        all.writeBytes(little(end.length));
        all.writeBytes(ParquetTable.MAGIC);
        return Files.write(file, all.toByteArray());
    }
}
