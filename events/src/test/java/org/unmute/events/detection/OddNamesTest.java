package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.RecordingNames;
import org.unmute.data.UsedClips;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationFormat;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.TrainingTable;
import org.unmute.events.strong.EventTable;
import org.unmute.probes.cache.AudioClip;

/**
 * Names of recordings and classes with odd characters, in every table that this program writes and reads back: each
 * recording keeps its labels, and no table has a cell that a spreadsheet would run as a formula.
 */
class OddNamesTest {
    private static final String[] FIRST = {
        "=",
        "+",
        "-",
        "@",
        "'",
        "'=",
        "''-",
        "\"",
        "\t",
        " ",
        "\n",
        "#",
        "~",
        "!",
        "%",
        "&",
        "(",
        ",",
        ";",
        ":",
        "*",
        "?",
        "<",
        "|",
        "`",
        "$",
        "_",
        "\uFF1D",
        "\u3000",
        "\u202E",
        "\u00E9",
        "\uD83D\uDC26"
    };
    private static final List<String> CLASSES = List.of(
            "=cmd|' /C calc'!A0", "+1+1", "-wren", "@SUM(A1)", "'=quoted", "say \"hi\"", "\uFF1Dwide", "crow", "-1");

    @TempDir
    Path folder;

    /** Recordings whose names differ only in their first characters, and ordinary ones. */
    private static List<String> recordings() {
        List<String> all = new ArrayList<>(List.of("rec.wav", "plain.wav", "sub/rec.wav"));
        for (String first : FIRST) {
            all.add(first + "rec.wav");
            all.add("sub/" + first + "deep.wav");
        }
        return all;
    }

    private static List<Annotation> events(List<String> recordings) {
        List<Annotation> all = new ArrayList<>();
        for (int i = 0; i < recordings.size(); i++) {
            all.add(new Annotation(recordings.get(i), 1, 2, CLASSES.get(i % CLASSES.size()), 500, 900, 0.5, 1));
            all.add(new Annotation(recordings.get(i), 3, 4, CLASSES.get((i + 1) % CLASSES.size())));
        }
        return all;
    }

    private static Map<String, List<String>> labels(List<Annotation> events) {
        Map<String, TreeSet<String>> all = new TreeMap<>();
        events.forEach(e -> all.computeIfAbsent(e.file(), f -> new TreeSet<>()).add(e.label()));
        Map<String, List<String>> lists = new TreeMap<>();
        all.forEach((file, set) -> lists.put(file, List.copyOf(set)));
        return lists;
    }

    private static Map<String, List<String>> labels(Manifest.Matched matched) {
        assertThat(matched.missing()).as("labels without a recording").isEmpty();
        Map<String, List<String>> all = new TreeMap<>();
        for (LabelledClip clip : matched.manifest().clips()) {
            all.put(clip.file(), clip.labels().stream().sorted().toList());
        }
        return all;
    }

    private static Map<String, List<String>> read(Path labels, List<String> recordings) throws IOException {
        return labels(LabelFile.read(labels, LabelFile.Options.AUTO).manifest().matchedTo(recordings));
    }

    private static void isNoFormula(Path table, char separator) throws IOException {
        for (String line : Files.readString(table).split("\n")) {
            for (String cell : line.split(String.valueOf(separator), -1)) {
                assertThat(cell).doesNotContainPattern("^\"?[=+@\\-\uFF1D](?![0-9.]+\"?$)");
            }
        }
    }

    private static String text(AnnotationFormat format, List<Annotation> events, boolean combined) throws IOException {
        StringBuilder text = new StringBuilder();
        AnnotationFormat.Writer writer = format.writer(text, combined);
        Map<String, List<Annotation>> byFile = new HashMap<>();
        events.forEach(
                e -> byFile.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        for (String file : events.stream().map(Annotation::file).distinct().toList()) {
            writer.recording(10, 16_000, byFile.get(file));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource(
            value = AnnotationFormat.class,
            names = {"CSV", "RAVEN", "BIRDNET"})
    void aTableOfAllRecordingsIsReadBack(AnnotationFormat format) throws IOException {
        // On a single line, names with these characters become equal.
        combined(
                format,
                recordings().stream()
                        .filter(name -> !name.matches("(?s).*[\n\u202E].*"))
                        .toList());
        for (String first : List.of("\n", "\u202E")) {
            combined(format, List.of(first + "rec.wav", "rec.wav", "sub/" + first + "rec.wav"));
        }
    }

    private void combined(AnnotationFormat format, List<String> recordings) throws IOException {
        Path table = folder.resolve("events." + format.extension());
        Files.writeString(table, text(format, events(recordings), true));
        isNoFormula(table, format == AnnotationFormat.RAVEN ? '\t' : ',');
        assertThat(read(table, recordings)).isEqualTo(labels(events(recordings)));
        // The reader that "eval --events" uses.
        RecordingNames names = new RecordingNames(recordings);
        Map<String, TreeSet<String>> found = new TreeMap<>();
        for (Annotation event : EventTable.read(table, null).events()) {
            found.computeIfAbsent(names.find(event.file()).orElse("none"), f -> new TreeSet<>())
                    .add(event.label());
        }
        assertThat(found.toString()).isEqualTo(labels(events(recordings)).toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = AnnotationFormat.class,
            names = {"AUDACITY", "RAVEN", "BIRDNET", "CSV"})
    void tablesOfSingleRecordingsAreReadBack(AnnotationFormat format) throws IOException {
        // In file names, several of these first characters become equal.
        List<String> recordings = recordings().stream()
                .filter(name -> !name.matches("(?s)(sub/)?[\t\n*?<|:\u202E].*"))
                .toList();
        Map<String, List<Annotation>> byFile = new HashMap<>();
        events(recordings)
                .forEach(e ->
                        byFile.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        check(format, recordings, byFile);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\t", "\n", "*", "?", "<", "|", ":", "\u202E", "\""})
    void whatNoNameOfAFileCanHaveIsReadBack(String first) throws IOException {
        List<String> recordings = List.of(first + "rec.wav", "rec.wav", "sub/" + first + "rec.wav");
        Map<String, List<Annotation>> byFile = new HashMap<>();
        events(recordings)
                .forEach(e ->
                        byFile.computeIfAbsent(e.file(), f -> new ArrayList<>()).add(e));
        check(AnnotationFormat.AUDACITY, recordings, byFile);
    }

    private void check(AnnotationFormat format, List<String> recordings, Map<String, List<Annotation>> byFile)
            throws IOException {
        TableNames names = new TableNames(recordings.stream()
                .map(name -> new AudioClip(name, Path.of(name)))
                .toList());
        Path tables = folder.resolve("tables");
        for (String recording : recordings) {
            String name = names.of(new AudioClip(recording, Path.of(recording)));
            Path table = tables.resolve(name + "." + format.extension());
            Files.createDirectories(table.getParent());
            Files.writeString(table, text(format, byFile.get(recording), false));
            isNoFormula(table, format.extension().equals("txt") ? '\t' : ',');
        }
        assertThat(read(tables, recordings))
                .isEqualTo(labels(byFile.values().stream().flatMap(List::stream).toList()));
    }

    @Test
    void eventsInParquetAndJsonAreReadBack() throws IOException {
        List<String> recordings = recordings();
        Path parquet = folder.resolve("events.parquet");
        try (ParquetEvents events = new ParquetEvents(parquet, false, false)) {
            for (Annotation event : events(recordings)) {
                events.add(event, TimeAndPlace.UNKNOWN, "");
            }
            events.finish();
        }
        assertThat(read(parquet, recordings)).isEqualTo(labels(events(recordings)));
        Path json = folder.resolve("events.jsonl");
        Files.writeString(json, text(AnnotationFormat.JSON_LINES, events(recordings), true));
        assertThat(labels(EventTable.read(json, null).events())).isEqualTo(labels(events(recordings)));
    }

    @Test
    void tablesOfClipsAreReadBack() throws IOException {
        List<String> recordings = recordings();
        List<LabelledClip> clips = new ArrayList<>();
        Map<String, String> hashes = new HashMap<>();
        labels(events(recordings)).forEach((file, labels) -> {
            clips.add(new LabelledClip(file, "train", labels));
            hashes.put(file, "0".repeat(64));
        });
        Path clipsTable = folder.resolve("clips.csv");
        TrainingTable.write(clipsTable, new Manifest(clips, LabelSet.union(CLASSES)));
        isNoFormula(clipsTable, ',');
        assertThat(read(clipsTable, recordings)).isEqualTo(labels(events(recordings)));
        assertThat(ids(clipsTable, recordings)).containsExactlyInAnyOrderElementsOf(recordings);
        Path used = folder.resolve("used.csv");
        UsedClips.write(used, clips, hashes);
        assertThat(read(used, recordings)).isEqualTo(labels(events(recordings)));
    }

    /** The ids of the recordings in a table, given that the files exist. */
    private List<String> ids(Path table, List<String> recordings) throws IOException {
        for (String recording : recordings) {
            Path file = folder.resolve("files").resolve(recording);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[0]);
        }
        return ClipList.of(table, folder.resolve("files")).clips().stream()
                .map(AudioClip::id)
                .toList();
    }

    /** Tables of other programs have no guard characters: an apostrophe that looks like one belongs to the name. */
    @Test
    void anApostropheOfTheNameIsNoGuard() throws IOException {
        Path table = Files.writeString(
                folder.resolve("labels.csv"), "file,label\n'=a.wav,x\n=b.wav,y\n", StandardCharsets.UTF_8);
        assertThat(read(table, List.of("'=a.wav", "=b.wav")))
                .isEqualTo(Map.of("'=a.wav", List.of("x"), "=b.wav", List.of("y")));
    }

    @Test
    void blanksInATableBelongToNoNameUnlessARecordingHasThem() throws IOException {
        Path table = Files.writeString(
                folder.resolve("labels.csv"), "file , label\n a.wav , x\n\"b.wav \",y\n\" c.wav\",z\nc.wav,x\n");
        assertThat(read(table, List.of("a.wav", "b.wav", "c.wav", " c.wav")))
                .isEqualTo(Map.of(
                        "a.wav", List.of("x"), "b.wav", List.of("y"), "c.wav", List.of("x"), " c.wav", List.of("z")));
    }

    @Test
    void ravensColumnsKeepTheirNumbers() throws IOException {
        Path table = folder.resolve("rec.Table.1.selections.txt");
        Files.writeString(
                table,
                text(AnnotationFormat.RAVEN, List.of(new Annotation("rec.wav", 1, 2, "-1", 500, 900, 0.5, 1)), false));
        assertThat(AnnotationTable.read(table).annotations())
                .containsExactly(new Annotation("", 1, 2, "-1", 500, 900, 0.5, 1));
    }
}
