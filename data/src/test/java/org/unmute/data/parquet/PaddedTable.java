package org.unmute.data.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
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
        byte[] body = ByteBuffer.allocate(4 + run.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(run.size())
                .put(run.toByteArray())
                .array();
        ThriftWriter header = new ThriftWriter().i32(1, 0).i32(2, body.length).i32(3, body.length);
        byte[] page = header.begin(5)
                .i32(1, rows)
                .i32(2, 0)
                .i32(3, 3)
                .i32(4, 3)
                .end()
                .end()
                .bytes();
        all.writeBytes(page);
        all.writeBytes(body);
        // The budget of cells grows with the file.
        all.writeBytes(new byte[3 * names.size() * (rows / 100)]);
        int length = page.length + body.length;
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 1 + names.size());
        footer.element().text(4, "schema").i32(5, names.size()).end();
        for (String name : names) {
            footer.element().i32(1, 6).i32(3, 1).text(4, name).i32(6, 0).end();
        }
        footer.i64(3, rows).structs(4, 1).element().structs(1, names.size());
        for (String name : names) {
            footer.element().i64(2, 0).begin(3);
            footer.i32(1, 6)
                    .numbers(2, 0)
                    .texts(3, List.of(name), 1)
                    .i32(4, 0)
                    .i64(5, rows)
                    .i64(6, length)
                    .i64(7, length)
                    .i64(9, 4);
            footer.end().end();
        }
        byte[] end = footer.i64(2, 0).i64(3, rows).end().end().bytes();
        all.writeBytes(end);
        all.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(end.length)
                .array());
        all.writeBytes(ParquetTable.MAGIC);
        return Files.write(file, all.toByteArray());
    }
}
