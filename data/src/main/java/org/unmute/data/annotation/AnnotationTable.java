package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.unmute.data.ClipId;
import org.unmute.data.FolderWalk;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;
import org.unmute.files.InputException;

/**
 * The annotations of a file.
 *
 * @param kind        the format of the file
 * @param files       recordings that the table names, in order, including those without annotations
 * @param annotations in the order of the table
 */
public record AnnotationTable(Kind kind, List<String> files, List<Annotation> annotations) {
    /** Formats that are read. They are recognized by a file's first line. */
    public enum Kind {
        /** Raven selection table: tabs, first column {@code Selection}. BirdNET-Analyzer writes it too. */
        RAVEN,
        /** BirdNET-Analyzer CSV: {@code Start (s),End (s),Scientific name,Common name,Confidence,File}. */
        BIRDNET_CSV,
        /** Tabs, no header: {@code start end label}, as Audacity exports label tracks and sed_eval writes lists. */
        LABELS,
        /** Tabs, no header: {@code file start end label}, or with the scene after the file (sed_eval). */
        FILE_LABELS,
        /** Tabs, no header: {@code start end label confidence} (BirdNET-Analyzer). */
        SCORED_LABELS,
        /** Header {@code filename onset offset event_label} between tabs (DESED). */
        DESED,
        /** Header with start, end and label under one of their usual names; commas, tabs or Parquet. */
        TABLE
    }

    public AnnotationTable {
        files = List.copyOf(files);
        annotations = List.copyOf(annotations);
    }

    /** As {@link #read(Path, String)}, with the usual names of the label column. */
    public static AnnotationTable read(Path file) throws IOException {
        return read(file, null);
    }

    /**
     * Reads a file of any of the formats, or a folder of the Parquet files of one table.
     *
     * @param labelColumn name of the label column in a table with a header; null for the usual names
     * @throws MalformedTableException if the format of the file is not supported, or a row is wrong; the message names
     *     the line
     * @throws IOException             if the file cannot be read
     */
    public static AnnotationTable read(Path file, String labelColumn) throws IOException {
        if (TextTable.isParquet(file)) {
            return new HeadedTable(file, Kind.TABLE, labelColumn).read();
        }
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
            throw new InputException(
                    file + ": it is not a Parquet file, though its name ends so: it was cut" + " or emptied");
        }
        List<String> first = firstRow(file);
        Kind kind = kind(first);
        return switch (kind) {
            case RAVEN, BIRDNET_CSV, DESED, TABLE -> new HeadedTable(file, kind, labelColumn).read();
            // Audacity exports an empty label track as an empty file.
            case LABELS, FILE_LABELS, SCORED_LABELS ->
                first == null ? new AnnotationTable(kind, List.of(), List.of()) : headless(file, first, kind);
        };
    }

    /**
     * The recording that a table of a single recording belongs to: its file name without the suffixes of programs.
     *
     * @param file relative to the folder of the tables, which has the same subfolders as that of the recordings
     */
    public static String recordingOf(Path file) {
        String below =
                file.getParent() == null ? "" : ClipId.of(file.getParent().toString()) + "/";
        return below + AnnotationFolder.recording(file.getFileName().toString());
    }

    /**
     * The files in a folder and its subfolders with one of these extensions, sorted, without files whose name begins
     * with a dot.
     *
     * @param extensions in lower case, without the dot
     */
    public static List<Path> filesIn(Path folder, Set<String> extensions) throws IOException {
        List<Path> files = new ArrayList<>();
        FolderWalk.visit(folder, (file, _, regular) -> {
            boolean wanted =
                    !file.getFileName().toString().startsWith(".") && extensions.contains(extension(file)) && regular;
            if (wanted) {
                files.add(file);
            }
            return wanted;
        });
        files.sort(null);
        return files;
    }

    private static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** The format indicated by the first line of a file: {@link Kind#TABLE} if it is none of the others. */
    static Kind kind(Path file) throws IOException {
        return TextTable.isParquet(file) ? Kind.TABLE : kind(firstRow(file));
    }

    /** The tab-separated fields of the first line; null if there is none. */
    static List<String> firstRow(Path file) throws IOException {
        try (TabRows rows = TabRows.open(file)) {
            return rows.next();
        }
    }

    private static Kind kind(List<String> first) {
        if (first == null) {
            return Kind.LABELS;
        }
        if (first.getFirst().equals("Selection")) {
            return Kind.RAVEN;
        }
        if (first.getFirst().startsWith("Start (s),")) {
            return Kind.BIRDNET_CSV;
        }
        if (first.equals(List.of("filename", "onset", "offset", "event_label"))) {
            return Kind.DESED;
        }
        if (isNumber(first.getFirst()) && first.size() > 1) {
            return first.size() == 4 && isNumber(first.get(3)) ? Kind.SCORED_LABELS : Kind.LABELS;
        }
        boolean files = first.size() > 2 && isNumber(first.get(1)) || first.size() == 5 && isNumber(first.get(2));
        return files ? Kind.FILE_LABELS : Kind.TABLE;
    }

    /** Whether a field is a number, with a decimal point or comma. */
    static boolean isNumber(String text) {
        return text.strip().matches("[+-]?(\\d+([.,]\\d*)?|[.,]\\d+)([eE][+-]?\\d+)?");
    }

    /** The value of a field that {@link #isNumber}. */
    static double value(String text) {
        return Double.parseDouble(text.strip().replace(',', '.'));
    }

    /** Reads rows without a header; the first row determines how many columns precede the times. */
    private static AnnotationTable headless(Path file, List<String> first, Kind kind) throws IOException {
        int before = kind != Kind.FILE_LABELS ? 0 : isNumber(first.get(1)) ? 1 : 2;
        boolean scored = kind == Kind.SCORED_LABELS;
        Set<String> files = new LinkedHashSet<>();
        List<Annotation> all = new ArrayList<>();
        try (TabRows rows = TabRows.open(file)) {
            for (List<String> row = rows.next(); row != null; row = rows.next()) {
                if (row.getFirst().equals("\\")) {
                    frequencies(rows, row, all);
                    continue;
                }
                int columns = before + (scored ? 4 : 3);
                if (row.size() != columns && row.size() != before + 2) {
                    throw rows.wrong(row.size() + " columns where the rows above have " + columns
                            + " (start, end and label between tabs)");
                }
                String recording = before > 0 ? row.getFirst() : "";
                String label = row.size() > before + 2 ? row.get(before + 2) : "";
                double score = scored && row.size() == columns ? number(rows, "confidence", row.get(3)) : Double.NaN;
                if (before > 0) {
                    files.add(recording);
                }
                double start = number(rows, "start", row.get(before));
                double end = number(rows, "end", row.get(before + 1));
                try {
                    all.add(new Annotation(recording, start, end, label, Double.NaN, Double.NaN, score, 1));
                } catch (IllegalArgumentException e) {
                    throw rows.wrong(e.getMessage());
                }
            }
        }
        return new AnnotationTable(kind, List.copyOf(files), all);
    }

    /** Audacity writes the frequencies of a label in the following line; -1 stands for none. */
    private static void frequencies(TabRows rows, List<String> row, List<Annotation> all) throws IOException {
        if (all.isEmpty() || row.size() != 3) {
            throw rows.wrong("a line of frequencies must follow a label and have two numbers");
        }
        double low = number(rows, "low frequency", row.get(1));
        double high = number(rows, "high frequency", row.get(2));
        Annotation a = all.removeLast();
        try {
            all.add(new Annotation(
                    a.file(),
                    a.onset(),
                    a.offset(),
                    a.label(),
                    low < 0 ? Double.NaN : low,
                    high < 0 ? Double.NaN : high,
                    a.score(),
                    a.channel()));
        } catch (IllegalArgumentException e) {
            throw rows.wrong(e.getMessage());
        }
    }

    static double number(TabRows rows, String what, String text) throws IOException {
        if (!isNumber(text)) {
            throw rows.wrong("the " + what + " is not a number: " + MalformedTableException.quote(text));
        }
        return value(text);
    }
}
