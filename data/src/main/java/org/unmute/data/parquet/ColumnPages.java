package org.unmute.data.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;

/** The values of a row group in one column, as pages that are written with the group. */
final class ColumnPages {
    static final int PLAIN = 0;
    static final int RLE = 3;
    static final int RLE_DICTIONARY = 8;

    private static final int PAGE = 1 << 20;

    private final Column column;
    private final ByteArrayOutputStream values = new ByteArrayOutputStream();
    private final ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<String, Integer> dictionary = new LinkedHashMap<>();
    private final Levels repetition = new Levels();
    private final Levels definition = new Levels();
    private int[] texts = new int[64];
    private long dictionaryBytes;
    private int cellsInPage;
    private int rowsInPart;
    /** Complete pages, the number of their cells, and the bytes of both. */
    private final List<byte[]> pages = new ArrayList<>();

    private int cells;
    private long pageBytes;

    ColumnPages(Column column) {
        this.column = column;
    }

    Column column() {
        return column;
    }

    /** Number of bytes in memory. */
    long bytes() {
        return pageBytes + values.size() + dictionaryBytes + 4L * rowsInPart;
    }

    void add(Object cell) {
        switch (column.kind()) {
            case TEXT -> {
                String text = (String) cell;
                Integer at = dictionary.get(text);
                if (at == null) {
                    at = dictionary.size();
                    dictionary.put(text, at);
                    dictionaryBytes += 4 + text.getBytes(StandardCharsets.UTF_8).length;
                }
                texts = rowsInPart == texts.length ? Arrays.copyOf(texts, 2 * rowsInPart) : texts;
                texts[rowsInPart] = at;
                cellsInPage++;
            }
            case INT -> {
                values.write(number.putInt(0, (Integer) cell).array(), 0, Integer.BYTES);
                cellsInPage++;
            }
            case DOUBLE, OPTIONAL_DOUBLE -> {
                double value = (Double) cell;
                boolean there = column.kind() == Kind.DOUBLE || !Double.isNaN(value);
                if (there) {
                    values.write(number.putDouble(0, value).array(), 0, Double.BYTES);
                }
                definition.add(there ? 1 : 0);
                cellsInPage++;
            }
            case FLOATS -> {
                float[] vector = (float[]) cell;
                for (int i = 0; i < vector.length; i++) {
                    values.write(number.putFloat(0, vector[i]).array(), 0, Float.BYTES);
                    repetition.add(i == 0 ? 0 : 1);
                    definition.add(1);
                }
                if (vector.length == 0) {
                    repetition.add(0);
                    definition.add(0);
                }
                cellsInPage += Math.max(1, vector.length);
            }
        }
        rowsInPart++;
        if (values.size() >= PAGE) {
            page(values.toByteArray(), PLAIN);
        }
    }

    /** Ends a page of values. */
    private void page(byte[] data, int encoding) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(data.length + 64);
        if (column.kind() == Kind.FLOATS) {
            repetition.writeTo(body);
        }
        if (column.kind() == Kind.FLOATS || column.kind() == Kind.OPTIONAL_DOUBLE) {
            definition.writeTo(body);
        }
        body.writeBytes(data);
        byte[] bytes = body.toByteArray();
        ThriftWriter header = header(0, bytes)
                .begin(5)
                .i32(1, cellsInPage)
                .i32(2, encoding)
                .i32(3, RLE)
                .i32(4, RLE)
                .end()
                .end();
        addPage(header, bytes);
        cells += cellsInPage;
        cellsInPage = 0;
        values.reset();
        repetition.clear();
        definition.clear();
    }

    private void addPage(ThriftWriter header, byte[] body) {
        byte[] head = header.bytes();
        pages.add(head);
        pages.add(body);
        pageBytes += head.length + body.length;
    }

    private static ThriftWriter header(int type, byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return new ThriftWriter()
                .i32(1, type)
                .i32(2, body.length)
                .i32(3, body.length)
                .i32(4, (int) crc.getValue());
    }

    private void dictionaryPage() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : dictionary.keySet()) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            body.write(number.putInt(0, encoded.length).array(), 0, Integer.BYTES);
            body.writeBytes(encoded);
        }
        byte[] bytes = body.toByteArray();
        ThriftWriter header = header(2, bytes)
                .begin(7)
                .i32(1, dictionary.size())
                .i32(2, PLAIN)
                .end()
                .end();
        addPage(header, bytes);
    }

    /** Dictionary indices, packed into as few bits as the largest needs. */
    private byte[] packed() {
        int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(dictionary.size() - 1));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(bits);
        int eights = (rowsInPart + 7) / 8;
        ThriftWriter.varint(body, 2L * eights + 1);
        long held = 0;
        int heldBits = 0;
        for (int i = 0; i < 8 * eights; i++) {
            held |= (i < rowsInPart ? (long) texts[i] : 0) << heldBits;
            heldBits += bits;
            while (heldBits >= 8) {
                body.write((int) held);
                held >>>= 8;
                heldBits -= 8;
            }
        }
        return body.toByteArray();
    }

    /**
     * A column of a row group.
     *
     * @param pages      consecutive headers and pages
     * @param cells      number of cells, including nulls
     * @param dictionary size of the first page in bytes, if it is a dictionary; else 0
     */
    record Written(List<byte[]> pages, int cells, long dictionary) {}

    /** Ends the row group; the next row begins another. */
    Written end() {
        long first = 0;
        if (column.kind() == Kind.TEXT) {
            dictionaryPage();
            first = pageBytes;
            page(packed(), RLE_DICTIONARY);
        } else if (cellsInPage > 0) {
            page(values.toByteArray(), PLAIN);
        }
        Written written = new Written(List.copyOf(pages), cells, first);
        pages.clear();
        dictionary.clear();
        pageBytes = 0;
        dictionaryBytes = 0;
        cells = 0;
        rowsInPart = 0;
        return written;
    }

    /** Definition or repetition levels, 0 and 1, as runs. */
    private static final class Levels {
        private final ByteArrayOutputStream runs = new ByteArrayOutputStream();
        private int value;
        private int length;

        void add(int level) {
            if (level != value) {
                run();
                value = level;
            }
            length++;
        }

        private void run() {
            if (length > 0) {
                ThriftWriter.varint(runs, 2L * length);
                runs.write(value);
                length = 0;
            }
        }

        void writeTo(ByteArrayOutputStream out) {
            run();
            byte[] size = ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(runs.size())
                    .array();
            out.writeBytes(size);
            out.writeBytes(runs.toByteArray());
        }

        void clear() {
            runs.reset();
            length = 0;
        }
    }
}
