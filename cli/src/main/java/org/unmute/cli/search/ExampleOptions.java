package org.unmute.cli.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.cli.audio.RecordingStretch;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipList;
import org.unmute.data.RecordingNames;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.events.search.Example;
import org.unmute.events.search.ExampleReader;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** Options that say what a search looks for. */
public final class ExampleOptions {
    private static final String TIME = "[\\d:.]+";
    private static final Pattern PLACE = Pattern.compile(
            "(?<file>.+?)@(?<time>" + TIME + "\\s*[-\u2013]\\s*" + TIME
                    + ")(?:@(?<low>\\d+(?:\\.\\d+)?)?-(?<high>\\d+(?:\\.\\d+)?)?)?",
            Pattern.DOTALL);
    private static final Pattern TABLE = Pattern.compile("(?i).+\\.(csv|tsv|txt|parquet)");

    @InputPath
    @Option(
            names = "--like",
            paramLabel = "EXAMPLE",
            required = true,
            description =
                    "What to look for; may be repeated: a recording of the cache or an audio file, a stretch of it"
                            + " as a.wav@12.5-13.1 (seconds, m:ss or h:mm:ss), a box as a.wav@12.5-13.1@2000-6000 (Hz),"
                            + " or a table of such (Raven, Audacity, BirdNET, CSV).")
    private List<String> like;

    @InputPath
    @Option(
            names = "--unlike",
            paramLabel = "EXAMPLE",
            description = "What to avoid, in the same forms; may be repeated. The score is the fit with the examples"
                    + " less the best fit with one of these.")
    private List<String> unlike = new ArrayList<>();

    @Option(
            names = "--each-class",
            description =
                    "Search for each class of the tables of --like by itself: --top moments of each, which have its"
                            + " name in the tables.")
    private boolean eachClass;

    /** An example with the class that a table gives it; empty if there is none. */
    private record Named(Example example, String label) {}

    /** Whether each class is searched for by itself. */
    public boolean eachClass() {
        return eachClass;
    }

    /**
     * What to look for. A recording that a table names lies in the cache, or beside the table.
     *
     * @param reader of the cache
     * @throws CommandException if a text is no example
     * @throws IOException if a table cannot be read
     */
    public List<Example> like(ExampleReader reader) throws IOException {
        return plain(examples("--like", like, reader));
    }

    /**
     * What to look for, by class in the order of the tables.
     *
     * @param label of all examples, unless each class is searched for by itself
     * @throws CommandException if an example has no class and needs one
     * @throws IOException if a table cannot be read
     */
    public Map<String, List<Example>> like(ExampleReader reader, String label) throws IOException {
        if (!eachClass) {
            return Map.of(label, like(reader));
        }
        Map<String, List<Example>> all = new LinkedHashMap<>();
        for (Named one : examples("--like", like, reader)) {
            if (one.label.isBlank()) {
                throw CommandException.input("search: --each-class: an example has no class: " + one.example
                        + ": give tables with a class in each row, or leave --each-class out");
            }
            all.computeIfAbsent(one.label, _ -> new ArrayList<>()).add(one.example);
        }
        return all;
    }

    /** What to avoid; see {@link #like}. */
    public List<Example> unlike(ExampleReader reader) throws IOException {
        return plain(examples("--unlike", unlike, reader));
    }

    private static List<Example> plain(List<Named> examples) {
        return examples.stream().map(Named::example).toList();
    }

    private static List<Named> examples(String option, List<String> texts, ExampleReader reader) throws IOException {
        List<Named> all = new ArrayList<>();
        for (String text : texts) {
            if (isTable(text)) {
                all.addAll(table(option, Path.of(text), reader));
            } else {
                all.add(new Named(example(option, text), ""));
            }
        }
        return all;
    }

    private static boolean isTable(String text) {
        try {
            return TABLE.matcher(text).matches() && Files.isRegularFile(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Example example(String option, String text) {
        Matcher m = PLACE.matcher(text);
        if (!m.matches()) {
            return new Example(text);
        }
        RecordingStretch time = RecordingStretch.parse(option, m.group("time"), ExampleReader.MAX_SECONDS);
        double low = m.group("low") == null ? 0 : Double.parseDouble(m.group("low"));
        double high = m.group("high") == null ? Double.POSITIVE_INFINITY : Double.parseDouble(m.group("high"));
        if (!(low < high)) {
            throw CommandException.usage(option + " " + text + ": the upper frequency is not above the lower");
        }
        return new Example(m.group("file"), time.start(), time.end(), low, high);
    }

    private static List<Named> table(String option, Path file, ExampleReader reader) throws IOException {
        List<Named> all = new ArrayList<>();
        RecordingNames beside = new RecordingNames(recordingsBeside(file));
        for (Annotation a : AnnotationTable.read(file).annotations()) {
            String recording = a.file().isEmpty() ? AnnotationTable.recordingOf(file.getFileName()) : a.file();
            try {
                boolean cached = reader.recording(recording).isPresent();
                String place = cached
                        ? recording
                        : beside.find(recording)
                                .map(name -> file.resolveSibling(name).toString())
                                .orElse(recording);
                Example example = new Example(
                        place,
                        a.onset(),
                        a.offset(),
                        Double.isNaN(a.low()) ? 0 : a.low(),
                        Double.isNaN(a.high()) ? Double.POSITIVE_INFINITY : a.high());
                all.add(new Named(example, a.label()));
            } catch (IllegalArgumentException e) {
                throw CommandException.input(option + " " + file + ": " + e.getMessage(), e);
            }
        }
        if (all.isEmpty()) {
            throw CommandException.input(option + " " + file + ": the table has no row");
        }
        return all;
    }

    private static List<String> recordingsBeside(Path table) throws IOException {
        try (Stream<Path> files = Files.list(table.toAbsolutePath().getParent())) {
            return files.filter(ClipList::isAudio)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
