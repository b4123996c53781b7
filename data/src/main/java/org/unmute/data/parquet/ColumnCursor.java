package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.unmute.data.parquet.Schema.Leaf;
import org.unmute.files.MalformedFileException;

/** The cells of a column, read row by row; a page is decoded at a time. A cell is a text, null, or a list of cells. */
final class ColumnCursor {
    /** Maximum characters and elements of a list. */
    private static final int MAX_ROW = 1 << 20;
    /** Memory that a dictionary entry takes in addition to its characters. */
    private static final long PER_ENTRY = 56;
    /** Cost of a page and its header in the budget. */
    private static final int PER_PAGE = 512;

    private static final int FIRST_HEADER = 512;
    private static final int MAX_HEADER = 1 << 20;
    private static final int MAX_PAGE = 1 << 28;

    private final FileChannel in;
    private final Leaf leaf;
    private final List<String> classes;
    private final Budget budget;

    private Codec codec;
    /** Positions in the file of the page that was read last, of the next one, and of the end of the chunk. */
    private long place;

    private long nextPage;
    private long end;
    /** Number of cells of the chunk that are in later pages. */
    private long cellsToCome;

    private String[] dictionary;
    private int cells;
    private int[] repetition;
    private int[] definition;
    private String[] values;
    /** The next cell and value of the page. */
    private int at;

    private int valueAt;

    /** @param classes class names that the values are indices of; null if the values are used directly */
    ColumnCursor(FileChannel in, Leaf leaf, List<String> classes, Budget budget) {
        this.in = in;
        this.leaf = leaf;
        this.classes = classes;
        this.budget = budget;
    }

    Leaf leaf() {
        return leaf;
    }

    /** Position in the file of the page that was read last. */
    long place() {
        return place;
    }

    /** Whether values are text, which is quoted in a list. */
    boolean isQuoted() {
        return classes != null || leaf.form().isQuoted();
    }

    /** Starts another row group. */
    void begin(Footer.Chunk chunk) {
        codec = chunk.codec();
        place = chunk.start();
        nextPage = chunk.start();
        end = chunk.start() + chunk.length();
        cellsToCome = chunk.cells();
        dictionary = null;
        cells = 0;
        at = 0;
    }

    /** The cell of the next row. */
    Object next() throws IOException {
        if (!hasCell()) {
            throw new BrokenRuleException("bad-columns", leaf.quoted() + " ends before the rows of its group do");
        }
        return leaf.lists() == 0 ? value(defined()) : list();
    }

    /** Requires that all cells of the row group were read. */
    void end() throws IOException {
        if (hasCell()) {
            throw new BrokenRuleException("bad-columns", leaf.quoted() + " goes on after the rows of its group");
        }
    }

    private boolean hasCell() throws IOException {
        while (at == cells && cellsToCome > 0) {
            openPage();
        }
        return at < cells;
    }

    /** The definition level of the next cell; advances past it. */
    private int defined() {
        int defined = definition == null ? leaf.present() : definition[at];
        at++;
        return defined;
    }

    private String value(int defined) {
        return defined == leaf.present() ? values[valueAt++] : null;
    }

    /** Assembles the cells of a row into nested lists. */
    private Object list() throws IOException {
        int depth = leaf.lists();
        List<List<Object>> lists = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            lists.add(null);
        }
        Object row = null;
        int size = 0;
        boolean first = true;
        do {
            int level = repetition[at];
            int defined = defined();
            if (first != (level == 0)
                    || !first
                            && (lists.get(level - 1) == null
                                    || defined < leaf.repeated().get(level - 1))) {
                throw new BrokenRuleException("bad-page", leaf.quoted() + " repeats what is not there");
            }
            for (int i = level; i < depth; i++) {
                lists.set(i, null);
            }
            Object cell = null;
            int deepest = level;
            while (deepest < depth && defined >= leaf.repeated().get(deepest)) {
                deepest++;
            }
            size += 1 + deepest - level;
            budget.take(1 + deepest - level);
            if (deepest == depth) {
                cell = value(defined);
                size += cell == null ? 0 : ((String) cell).length();
            } else if (defined == leaf.repeated().get(deepest) - 1) {
                cell = List.of();
            }
            for (int i = deepest - 1; i >= level; i--) {
                List<Object> around = new ArrayList<>(2);
                around.add(cell);
                lists.set(i, around);
                cell = around;
            }
            if (first) {
                row = cell;
            } else {
                lists.get(level - 1).add(cell);
            }
            if (size > MAX_ROW) {
                throw new BrokenRuleException("too-large", "a row of " + leaf.quoted() + " is longer than 1 MiB");
            }
            first = false;
        } while (hasCell() && repetition[at] > 0);
        return row;
    }

    private ThriftStruct header() throws IOException {
        for (int size = FIRST_HEADER; ; size *= 8) {
            int bytes = (int) Math.min(size, end - nextPage);
            Bytes start = Bytes.read(in, nextPage, bytes);
            try {
                ThriftStruct header = new ThriftStruct(start);
                nextPage += start.at();
                return header;
            } catch (BrokenRuleException e) {
                if (!e.rule().equals("too-short") || bytes < size || size >= MAX_HEADER) {
                    throw e;
                }
            }
        }
    }

    private void openPage() throws IOException {
        place = nextPage;
        budget.take(PER_PAGE);
        ThriftStruct header = header();
        int type = header.count(1);
        int packedSize = header.count(3);
        int size = header.count(2);
        if (packedSize > end - nextPage || Math.max(packedSize, size) > MAX_PAGE) {
            throw new BrokenRuleException(
                    "bad-page",
                    "a page of " + packedSize + " bytes, " + size + " unpacked, where " + (end - nextPage)
                            + " are left in its column; at most " + MAX_PAGE + " unpacked bytes are read");
        }
        budget.take((long) packedSize + size);
        Bytes packed = Bytes.read(in, nextPage, packedSize);
        nextPage += packedSize;
        requireSum(header, packed);
        switch (type) {
            case 0 -> {
                ThriftStruct own = header.struct(5);
                Bytes page = codec.decompress(packed, size);
                begin(own);
                repetition = leaf.lists() == 0 ? null : levels(page, own, 4, leaf.lists());
                definition = leaf.present() == 0 ? null : levels(page, own, 3, leaf.present());
                values(page, own.number(2));
            }
            case 2 ->
                readDictionary(codec.decompress(packed, size), header.struct(7).count(1));
            case 3 -> {
                ThriftStruct own = header.struct(8);
                begin(own);
                Bytes first = packed.part(own.count(6));
                Bytes second = packed.part(own.count(5));
                int left = size - first.remaining() - second.remaining();
                repetition = leaf.lists() == 0 ? null : levels(first, leaf.lists());
                definition = leaf.present() == 0 ? null : levels(second, leaf.present());
                boolean isPacked = own.flag(7, true) && packed.remaining() > 0;
                values((isPacked ? codec : Codec.NONE).decompress(packed, left), own.number(4));
            }
            default -> {}
        }
    }

    private static void requireSum(ThriftStruct header, Bytes packed) {
        CRC32 crc = new CRC32();
        crc.update(packed.data);
        if (header.has(4) && (int) crc.getValue() != (int) header.number(4)) {
            throw new BrokenRuleException("bad-checksum", "a page does not match its checksum: the file is damaged");
        }
    }

    private void begin(ThriftStruct header) {
        cells = (int) header.count(1, Math.min(cellsToCome, Integer.MAX_VALUE));
        budget.take(cells);
        cellsToCome -= cells;
        at = 0;
        valueAt = 0;
    }

    private int[] levels(Bytes page, ThriftStruct header, int encodingField, int max) {
        long encoding = header.number(encodingField, Values.RLE);
        if (encoding != Values.RLE) {
            throw new BrokenRuleException(
                    "unread-encoding", "levels of encoding " + encoding + ", which writers no longer use");
        }
        return levels(page.part(page.i32()), max);
    }

    private int[] levels(Bytes in, int max) {
        int[] levels = Values.hybrid(in, 32 - Integer.numberOfLeadingZeros(max), cells);
        for (int level : levels) {
            if (level < 0 || level > max) {
                throw new BrokenRuleException(
                        "bad-page", "a level of " + level + " in " + leaf.quoted() + "; at most " + max);
            }
        }
        return levels;
    }

    /** Decodes the values of a page, unless all of them are missing. */
    private void values(Bytes page, long encoding) {
        int count = cells;
        if (definition != null) {
            count = 0;
            for (int defined : definition) {
                count += defined == leaf.present() ? 1 : 0;
            }
        }
        values = count == 0 ? null : new Values(leaf, page, count, budget).texts(encoding, dictionary);
        for (int i = 0; i < count && classes != null; i++) {
            values[i] = named(values[i]);
        }
    }

    private void readDictionary(Bytes page, int entries) {
        // Each entry takes at least one byte, or its length prefix.
        if (entries > page.remaining() || dictionary != null) {
            throw new BrokenRuleException("bad-page", "a dictionary of " + entries + " entries, or a second one");
        }
        budget.take(PER_ENTRY * entries);
        dictionary = new Values(leaf, page, entries, budget).texts(Values.PLAIN, null);
    }

    private String named(String text) {
        // Data sets write -1 for a missing label.
        if (text == null || text.equals("-1")) {
            return null;
        }
        int index = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (index < 0 || index >= classes.size()) {
            throw new BrokenRuleException(
                    "bad-class",
                    leaf.quoted() + " has class " + MalformedFileException.quote(text) + ", but the file names "
                            + classes.size() + " classes, from 0");
        }
        return classes.get(index);
    }
}
