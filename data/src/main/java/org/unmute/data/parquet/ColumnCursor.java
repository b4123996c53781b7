package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.unmute.files.MalformedFileException;

/** The cells of a column, read row by row. A cell is a text, null, or a list of cells. */
final class ColumnCursor {
    private static final int MAX_ROW = 1 << 20;
    /** Memory that a dictionary entry takes in addition to its characters. */
    private static final int PER_ENTRY = 56;

    private static final int PLAIN = 0;
    private static final int PLAIN_DICTIONARY = 2;
    private static final int RLE = 3;
    private static final int DELTA_BINARY_PACKED = 5;
    private static final int DELTA_LENGTH_BYTE_ARRAY = 6;
    private static final int DELTA_BYTE_ARRAY = 7;
    private static final int RLE_DICTIONARY = 8;
    private static final int BYTE_STREAM_SPLIT = 9;

    private final String file;
    private final FileChannel in;
    private final Leaf leaf;
    private final List<String> classes;
    private final Budget budget;

    private Pages pages;
    /** Number of cells of the chunk that are in later pages. */
    private long cellsToCome;

    private String[] dictionary;
    private Pages.Page page;
    private int cellsInPage;
    private HybridDecoder repetition;
    private HybridDecoder definition;
    /** Opened with the first value, since a page of nulls has none. */
    private Values values;

    private boolean open;
    private int repeated;
    private int defined;

    /** @param classes class names that the values are indices of; null if the values are used directly */
    ColumnCursor(String file, FileChannel in, Leaf leaf, List<String> classes, Budget budget) {
        this.file = file;
        this.in = in;
        this.leaf = leaf;
        this.classes = classes;
        this.budget = budget;
    }

    Leaf leaf() {
        return leaf;
    }

    /** Whether values are text, which is quoted in a list. */
    boolean isQuoted() {
        return classes != null || leaf.form().isQuoted();
    }

    /** Starts another row group. */
    void begin(Footer.Chunk chunk) {
        pages = new Pages(file, in, chunk, budget);
        cellsToCome = chunk.cells();
        dictionary = null;
        page = null;
        cellsInPage = 0;
        open = false;
    }

    /** The cell of the next row. */
    Object next() throws IOException {
        if (!open && !advance()) {
            throw new MalformedFileException(
                    file, 0, "bad-columns", "column " + quoted() + " ends before the rows of its group do");
        }
        if (leaf.lists() == 0) {
            open = false;
            return defined == leaf.present() ? value() : null;
        }
        if (repeated != 0) {
            throw page.data().wrong("bad-page", "column " + quoted() + " begins in the middle of a row");
        }
        return list();
    }

    /** Requires that all cells of the row group were read. */
    void end() throws IOException {
        if (open || cellsInPage > 0 || cellsToCome > 0) {
            throw new MalformedFileException(
                    file, 0, "bad-columns", "column " + quoted() + " goes on after the rows of its group");
        }
    }

    private String quoted() {
        return MalformedFileException.quote(leaf.name());
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
            int level = repeated;
            if (!first
                    && (lists.get(level - 1) == null
                            || defined < leaf.repeated().get(level - 1))) {
                throw page.data().wrong("bad-page", "column " + quoted() + " repeats what is not there");
            }
            for (int i = level; i < depth; i++) {
                lists.set(i, null);
            }
            Object cell = null;
            int deepest = level;
            while (deepest < depth && defined >= leaf.repeated().get(deepest)) {
                deepest++;
            }
            if (deepest == depth) {
                cell = defined == leaf.present() ? value() : null;
                size += cell == null ? 1 : ((String) cell).length() + 1;
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
            long text = cell instanceof String letters ? letters.length() : 0;
            budget.takeInRow(1 + text + deepest - level, page.data().place());
            if (size++ > MAX_ROW) {
                throw page.data().wrong("too-large", "a row of column " + quoted() + " is longer than 1 MiB");
            }
            first = false;
            open = false;
        } while (advance() && repeated > 0);
        return row;
    }

    private String value() throws MalformedFileException {
        if (values == null) {
            values = values();
        }
        String text = values.next();
        if (classes == null || text == null) {
            return text;
        }
        // Data sets write -1 for a missing label.
        if (text.equals("-1")) {
            return null;
        }
        int index = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (index < 0 || index >= classes.size()) {
            throw page.data()
                    .wrong(
                            "bad-class",
                            "column " + quoted() + " has class " + MalformedFileException.quote(text)
                                    + ", but the file names " + classes.size() + " classes, from 0");
        }
        return classes.get(index);
    }

    /** Advances to the next cell; false at the end of the chunk. */
    private boolean advance() throws IOException {
        while (cellsInPage == 0) {
            if (cellsToCome == 0) {
                return false;
            }
            openPage();
        }
        cellsInPage--;
        repeated = repetition == null ? 0 : repetition.next();
        defined = definition == null ? leaf.present() : definition.next();
        if (repeated > leaf.lists() || defined > leaf.present()) {
            throw page.data().wrong("bad-page", "levels " + repeated + " and " + defined + " in column " + quoted());
        }
        open = true;
        return true;
    }

    private void openPage() throws IOException {
        page = pages.next();
        if (page == null) {
            throw new MalformedFileException(
                    file, 0, "bad-columns", cellsToCome + " cells of column " + quoted() + " are missing");
        }
        values = null;
        switch (page.type()) {
            case Pages.DICTIONARY -> readDictionary();
            case Pages.DATA -> {
                ThriftStruct header = page.header().struct(5, "the header of a data page");
                begin(header.count(1, "the cells of a page"));
                Bytes in = page.data();
                repetition = leaf.lists() == 0 ? null : levels(in, header, 4, leaf.lists());
                definition = leaf.present() == 0 ? null : levels(in, header, 3, leaf.present());
            }
            case Pages.DATA_V2 -> {
                ThriftStruct header = page.header().struct(8, "the header of a data page");
                begin(header.count(1, "the cells of a page"));
                Bytes first = page.levels().part(header.count(6, "the bytes of levels"));
                Bytes second = page.levels().part(header.count(5, "the bytes of levels"));
                repetition = leaf.lists() == 0 ? null : new HybridDecoder(first, bits(leaf.lists()));
                definition = leaf.present() == 0 ? null : new HybridDecoder(second, bits(leaf.present()));
            }
            default -> {}
        }
    }

    private void begin(int cells) throws MalformedFileException {
        if (cells > cellsToCome) {
            throw page.data().wrong("bad-page", "a page of " + cells + " cells where " + cellsToCome + " are to come");
        }
        budget.take(cells, page.data().place());
        cellsInPage = cells;
        cellsToCome -= cells;
    }

    private HybridDecoder levels(Bytes in, ThriftStruct header, int encodingField, int max)
            throws MalformedFileException {
        long encoding = header.number(encodingField, "how levels are encoded", RLE);
        if (encoding != RLE) {
            throw in.wrong("unread-encoding", "levels of encoding " + encoding + ", which writers no longer use");
        }
        return new HybridDecoder(in.part(in.i32()), bits(max));
    }

    private static int bits(int max) {
        return 32 - Integer.numberOfLeadingZeros(max);
    }

    private void readDictionary() throws MalformedFileException {
        ThriftStruct header = page.header().struct(7, "the header of a dictionary");
        int entries = header.count(1, "the entries of a dictionary");
        // Each entry takes at least one byte, or its length prefix.
        if (entries > page.data().remaining() || dictionary != null) {
            throw page.data().wrong("bad-page", "a dictionary of " + entries + " entries, or a second one");
        }
        budget.take((long) PER_ENTRY * entries, page.data().place());
        Values all = Values.plain(leaf, page.data(), budget);
        String[] read = new String[entries];
        for (int i = 0; i < entries; i++) {
            read[i] = all.next();
        }
        dictionary = read;
    }

    private Values values() throws MalformedFileException {
        ThriftStruct header = page.type() == Pages.DATA
                ? page.header().struct(5, "a header")
                : page.header().struct(8, "a header");
        int encoding = header.count(page.type() == Pages.DATA ? 2 : 4, "how values are encoded");
        Bytes data = page.data();
        boolean integers = leaf.type() == PhysicalType.INT32 || leaf.type() == PhysicalType.INT64;
        boolean texts = leaf.type() == PhysicalType.BYTE_ARRAY;
        int cells = cellsInPage + 1;
        switch (encoding) {
            case PLAIN -> {
                return Values.plain(leaf, data, budget);
            }
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
                if (dictionary == null) {
                    throw data.wrong("bad-page", "column " + quoted() + " has no dictionary");
                }
                return Values.ofDictionary(data, dictionary);
            }
            case RLE -> {
                if (leaf.type() == PhysicalType.BOOLEAN) {
                    return Values.runs(data);
                }
            }
            case DELTA_BINARY_PACKED -> {
                if (integers) {
                    return Values.deltas(leaf, data, budget);
                }
            }
            case DELTA_LENGTH_BYTE_ARRAY -> {
                if (texts) {
                    return Values.afterLengths(leaf, data, cells, budget);
                }
            }
            case DELTA_BYTE_ARRAY -> {
                if (texts || leaf.type() == PhysicalType.FIXED_LEN_BYTE_ARRAY) {
                    return Values.afterPrefixes(leaf, data, cells, budget);
                }
            }
            case BYTE_STREAM_SPLIT -> {
                if (leaf.width() > 0) {
                    return Values.split(leaf, data, budget);
                }
            }
            default -> {}
        }
        throw data.wrong(
                "unread-encoding", "column " + quoted() + " has " + leaf.type() + " values of encoding " + encoding);
    }
}
