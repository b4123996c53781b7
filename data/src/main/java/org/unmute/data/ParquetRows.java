package org.unmute.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.data.parquet.ParquetTable;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.files.FileManifest;

/**
 * Rows of a Parquet file, or of the files of a folder one after the other, presented like those of a CSV file: first
 * the column names, then cells as text.
 */
final class ParquetRows implements TableRows {
    private static final String ENDING = ".parquet";
    /** Extensions of tables of other formats. */
    private static final List<String> OTHERS = List.of(".csv", ".tsv", ".txt");

    /** Maximum bytes of a manifest: enough for a hundred thousand parts. */
    private static final int MAX_MANIFEST = 1 << 24;

    private final Iterator<Path> parts;
    private final List<String> names;
    private final List<String> leftOut;
    private Path file;
    private ParquetTable table;
    private boolean named;

    private ParquetRows(List<Path> parts) throws IOException {
        this.parts = parts.iterator();
        file = this.parts.next();
        // A Parquet file has checksums for its pages, but not for its schema.
        FolderManifest.requireIntact(file);
        table = ParquetTable.open(file);
        names = table.names();
        leftOut = table.leftOut();
    }

    /** Opens a file, or a folder that {@link #isInParts}. */
    static ParquetRows open(Path source) throws IOException {
        return new ParquetRows(RegularFile.isFolder(source) ? parts(source) : List.of(source));
    }

    /**
     * Whether a folder is a table in parts, as Spark writes it: it contains Parquet files and no table of another
     * format.
     */
    static boolean isInParts(Path folder) throws IOException {
        return RegularFile.isFolder(folder) && !parts(folder).isEmpty();
    }

    /**
     * The parts: those named in a manifest, or all files sorted by name; none if the folder contains a table of another
     * format.
     */
    private static List<Path> parts(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(part -> names.add(part.getFileName().toString()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (names.stream().anyMatch(name -> OTHERS.stream().anyMatch(lower(name)::endsWith))) {
            return List.of();
        }
        if (names.contains(FileManifest.FILE)) {
            return named(folder);
        }
        // Other files that Spark and Hadoop leave there begin with these characters.
        List<Path> parts = new ArrayList<>();
        for (String name : names) {
            if (lower(name).endsWith(ENDING)
                    && !name.startsWith("_")
                    && !name.startsWith(".")
                    && RegularFile.isFile(folder.resolve(name))) {
                parts.add(folder.resolve(name));
            }
        }
        return parts;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static List<Path> named(Path folder) throws IOException {
        Path file = folder.resolve(FileManifest.FILE);
        if (Files.size(file) > MAX_MANIFEST) {
            throw new Place(file, 0)
                    .wrong("it has " + Files.size(file) + " bytes; at most " + MAX_MANIFEST + " are read");
        }
        FileManifest manifest = FileManifest.parse(Files.readAllBytes(file), file.toString());
        List<Path> parts = new ArrayList<>();
        for (FileManifest.Entry entry : manifest.files()) {
            if (lower(entry.name()).endsWith(ENDING)) {
                Path part = folder.resolve(entry.name());
                long bytes = Files.size(part);
                if (bytes != entry.bytes()) {
                    throw new Place(part, 0)
                            .wrong("it has " + bytes + " bytes, but " + FileManifest.FILE + " states " + entry.bytes()
                                    + ": copy the folder again");
                }
                parts.add(part);
            }
        }
        return parts;
    }

    @Override
    public List<String> next() throws IOException {
        if (!named) {
            named = true;
            return names;
        }
        while (!table.next()) {
            if (!parts.hasNext()) {
                return null;
            }
            table.close();
            file = parts.next();
            FolderManifest.requireIntact(file);
            table = ParquetTable.open(file);
            if (!table.names().equals(names)) {
                throw new Place(file, 0)
                        .wrong("it has the columns " + MalformedTableException.quote(String.join(", ", table.names()))
                                + ", the parts before it " + MalformedTableException.quote(String.join(", ", names))
                                + ": parts of a table have the same columns");
            }
        }
        return new Fields(table.cells(), names.size());
    }

    /** The number of the row in its file, from 1; column names are not counted as a row. */
    @Override
    public Place place() {
        return new Place(file, table.row());
    }

    /** There is no delimiter; a comma means that numbers have decimal points. */
    @Override
    public char delimiter() {
        return ',';
    }

    @Override
    public List<String> leftOut() {
        return leftOut;
    }

    @Override
    public void close() throws IOException {
        table.close();
    }

    /** Cells as text, converted on access because most columns of a wide table are never read. */
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

        /** The texts in a cell of a list column; null for any other column. */
        List<String> list(int index) throws IOException {
            return row.list(index);
        }
    }
}
