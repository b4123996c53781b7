package org.unmute.data.parquet;

import static org.unmute.data.parquet.ThriftWriter.little;
import static org.unmute.data.parquet.ThriftWriter.struct;
import static org.unmute.data.parquet.ThriftWriter.varint;

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
    private static final int PAGE = 1 << 20;

    private final Column column;
    private final ByteArrayOutputStream values = new ByteArrayOutputStream();
    private final ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<String, Integer> dictionary = new LinkedHashMap<>();
    /** Levels of the cells of the page, 0 or 1. */
    private final ByteArrayOutputStream repetition = new ByteArrayOutputStream();

    private final ByteArrayOutputStream definition = new ByteArrayOutputStream();
    private int[] texts = new int[64];
    private long dictionaryBytes;
    private int cellsInPage;
    private int rows;
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
        return pageBytes + values.size() + dictionaryBytes + 4L * rows;
    }

    void add(Object cell) {
        switch (column.kind()) {
            case TEXT -> addText((String) cell);
            case INT -> values.write(number.putInt(0, (Integer) cell).array(), 0, Integer.BYTES);
            case DOUBLE, OPTIONAL_DOUBLE -> {
                double value = (Double) cell;
                boolean there = column.kind() == Kind.DOUBLE || !Double.isNaN(value);
                if (there) {
                    values.write(number.putDouble(0, value).array(), 0, Double.BYTES);
                }
                definition.write(there ? 1 : 0);
            }
            case FLOATS -> {
                float[] vector = (float[]) cell;
                for (int i = 0; i < vector.length; i++) {
                    values.write(number.putFloat(0, vector[i]).array(), 0, Float.BYTES);
                    repetition.write(i == 0 ? 0 : 1);
                    definition.write(1);
                }
                if (vector.length == 0) {
                    repetition.write(0);
                    definition.write(0);
                }
                cellsInPage += Math.max(1, vector.length) - 1;
            }
        }
        cellsInPage++;
        rows++;
        if (values.size() >= PAGE) {
            page(values.toByteArray(), Values.PLAIN);
        }
    }

    private void addText(String text) {
        Integer at = dictionary.get(text);
        if (at == null) {
            at = dictionary.size();
            dictionary.put(text, at);
            dictionaryBytes += 4 + text.getBytes(StandardCharsets.UTF_8).length;
        }
        texts = rows == texts.length ? Arrays.copyOf(texts, 2 * rows) : texts;
        texts[rows] = at;
    }

    /** Ends a page of values. */
    private void page(byte[] data, int encoding) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(data.length + 64);
        if (column.kind() == Kind.FLOATS) {
            runs(repetition.toByteArray(), body);
        }
        if (column.kind() == Kind.FLOATS || column.kind() == Kind.OPTIONAL_DOUBLE) {
            runs(definition.toByteArray(), body);
        }
        body.writeBytes(data);
        addPage(0, body.toByteArray(), 5, struct(1, cellsInPage, 2, encoding, 3, Values.RLE, 4, Values.RLE));
        cells += cellsInPage;
        cellsInPage = 0;
        values.reset();
        repetition.reset();
        definition.reset();
    }

    /** @param about the field of the page's header that describes what is in it */
    private void addPage(int type, byte[] body, int field, byte[] about) {
        CRC32 crc = new CRC32();
        crc.update(body);
        byte[] head = struct(1, type, 2, body.length, 3, body.length, 4, (int) crc.getValue(), field, about);
        pages.add(head);
        pages.add(body);
        pageBytes += head.length + body.length;
    }

    /** Writes levels as runs. */
    private static void runs(byte[] levels, ByteArrayOutputStream out) {
        ByteArrayOutputStream runs = new ByteArrayOutputStream();
        int from = 0;
        for (int i = 1; i <= levels.length; i++) {
            if (i == levels.length || levels[i] != levels[from]) {
                varint(runs, 2L * (i - from));
                runs.write(levels[from]);
                from = i;
            }
        }
        out.writeBytes(little(runs.size()));
        out.writeBytes(runs.toByteArray());
    }

    /** The texts of the row group, each once. */
    private byte[] dictionary() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : dictionary.keySet()) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            body.writeBytes(little(encoded.length));
            body.writeBytes(encoded);
        }
        return body.toByteArray();
    }

    /** Dictionary indices, packed into as few bits as the largest needs. */
    private byte[] packed() {
        int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(dictionary.size() - 1));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(bits);
        int eights = (rows + 7) / 8;
        varint(body, 2L * eights + 1);
        long held = 0;
        int heldBits = 0;
        for (int i = 0; i < 8 * eights; i++) {
            held |= (i < rows ? (long) texts[i] : 0) << heldBits;
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
     * @param bytes      of all pages
     */
    record Written(List<byte[]> pages, long cells, long dictionary, long bytes) {}

    /** Ends the row group; the next row begins another. */
    Written end() {
        long first = 0;
        if (column.kind() == Kind.TEXT) {
            addPage(2, dictionary(), 7, struct(1, dictionary.size(), 2, Values.PLAIN));
            first = pageBytes;
            page(packed(), Values.RLE_DICTIONARY);
        } else if (cellsInPage > 0) {
            page(values.toByteArray(), Values.PLAIN);
        }
        Written written = new Written(List.copyOf(pages), cells, first, pageBytes);
        pages.clear();
        dictionary.clear();
        pageBytes = 0;
        dictionaryBytes = 0;
        cells = 0;
        rows = 0;
        return written;
    }
}
