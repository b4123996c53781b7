package org.unmute.experiments.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import org.unmute.experiments.parquet.ParquetTable;

/** Rows of a Parquet file as those of a CSV file: first the names of the columns, then texts. */
final class ParquetRows implements TableRows {
    private final Path file;
    private final ParquetTable table;
    private boolean named;

    private ParquetRows(Path file, ParquetTable table) {
        this.file = file;
        this.table = table;
    }

    static ParquetRows open(Path file) throws IOException {
        return new ParquetRows(file, ParquetTable.open(file));
    }

    @Override
    public List<String> next() throws IOException {
        if (!named) {
            named = true;
            return table.names();
        }
        return table.next() ? new Fields(table.cells(), table.names().size()) : null;
    }

    /** The number of the row, from 1; the names of the columns are in no row. */
    @Override
    public Place place() {
        return new Place(file, table.row());
    }

    /** Nothing is separated; numbers have decimal points, as where commas separate. */
    @Override
    public char delimiter() {
        return ',';
    }

    List<String> leftOut() {
        return table.leftOut();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }

    /** Texts of cells, made when they are asked for: most columns of a wide table are not. */
    static final class Fields extends AbstractList<String> {
        private final ParquetTable.Row row;
        private final String[] texts;

        private Fields(ParquetTable.Row row, int size) {
            this.row = row;
            texts = new String[size];
        }

        @Override
        public String get(int index) {
            if (texts[index] == null) {
                try {
                    texts[index] = row.text(index);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return texts[index];
        }

        @Override
        public int size() {
            return texts.length;
        }

        /** The texts in a cell of a column of lists; null for another column. */
        List<String> list(int index) throws IOException {
            return row.list(index);
        }
    }
}
