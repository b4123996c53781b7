package org.unmute.events.strong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationFormat;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.files.AtomicFile;
import org.unmute.metrics.event.SoundEvent;

/** Tables of events and of lengths, and how they are matched with recordings. */
class EventTableTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void readsAFolderOfTablesOfDifferentPrograms() throws IOException {
        file("t/a.txt", "0.5\t1.5\tdog\n");
        file("t/b.Table.1.selections.txt", """
                Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation
                1\tSpectrogram 1\t1\t2\t3\t0\t4000\tcat
                """);
        file("t/c.jsonl", "{\"file\":\"x/c.wav\",\"start\":1,\"end\":2,\"label\":\"dog\",\"score\":0.75}\n");
        file("t/empty.Table.1.selections.txt", "");
        file("t/.hidden.txt", "nonsense");
        file("t/notes.pdf", "nonsense");
        EventTable table = EventTable.read(folder.resolve("t"), null);
        assertThat(table.recordings()).containsExactly("a", "b", "x/c.wav", "empty");
        assertThat(table.events()).extracting(Annotation::file).containsExactly("a", "b", "x/c.wav");
        assertThat(table.events().getLast().score()).isEqualTo(0.75);
        assertThat(table.renamed(Map.of("dog", "canis")).events())
                .extracting(Annotation::label)
                .containsExactly("canis", "cat", "canis");
    }

    @Test
    void ofAFolderOfDetectOneTableIsRead() throws IOException {
        Files.createDirectories(folder.resolve("det/.detect"));
        file("det/events.csv", "file,start,end,label,score,low,high\na.wav,1,2,dog,0.9,,\n");
        file("det/raven-combined.txt", "Selection\tBegin Time (s)\n");
        file("det/skipped.csv", "file,reason\n");
        EventTable table = EventTable.read(folder.resolve("det"), null);
        assertThat(table.recordings()).containsExactly("a.wav");
        assertThat(table.events()).hasSize(1);
        // A header without rows names no recording.
        file("det/events.csv", "file,start,end,label,score,low,high\n");
        assertThat(EventTable.read(folder.resolve("det"), null).recordings()).isEmpty();
        Files.delete(folder.resolve("det/events.csv"));
        Files.delete(folder.resolve("det/raven-combined.txt"));
        file("det/audacity/b.txt", "1\t2\tdog\n");
        assertThat(EventTable.read(folder.resolve("det"), null).recordings()).containsExactly("b");
        Files.createDirectories(folder.resolve("det/audacity/site 1"));
        file("det/audacity/site 1/b.txt", "3\t4\tcat\n");
        assertThat(EventTable.read(folder.resolve("det"), null).events())
                .extracting(Annotation::file)
                .containsExactly("b", "site 1/b");
    }

    @Test
    void readsOurOwnFormatsBackWithOddNames() throws IOException {
        List<Annotation> events = List.of(
                new Annotation("a/b, c.wav", 0.5, 1.25, "=1+1"),
                new Annotation("a/b, c.wav", 1, 2, "Größe \"x\"; y, z"),
                new Annotation("a/b, c.wav", 3, 4, "'quoted'"));
        for (AnnotationFormat format : List.of(AnnotationFormat.CSV, AnnotationFormat.JSON_LINES)) {
            StringBuilder text = new StringBuilder();
            format.writer(text, true).recording(10, 16000, events);
            EventTable table = EventTable.read(file("events." + format.extension(), text.toString()), null);
            assertThat(table.recordings()).containsExactly("a/b, c.wav");
            assertThat(table.events())
                    .as(format.name())
                    .extracting(Annotation::label)
                    .containsExactly("=1+1", "Größe \"x\"; y, z", "'quoted'");
        }
    }

    @Test
    void namesFileAndLineOfWhatIsWrong() throws IOException {
        String json = "{\"file\":\"a\",\"start\":1,\"end\":2,\"label\":\"x\"}\n";
        Map<String, String> wrong = Map.of(
                "order.tsv",
                "filename\tonset\toffset\tevent_label\na\t1\t2\tx\na\t3\t2.5\tx\n",
                "word.tsv",
                "filename\tonset\toffset\tevent_label\na\t1\t2\tx\na\tsoon\t2\tx\n",
                "minus.tsv",
                "filename\tonset\toffset\tevent_label\na\t1\t2\tx\na\t-1\t2\tx\n",
                "lines.jsonl",
                json + json + "{\"file\":\"a\",\"start\":1,\"label\":\"x\"}\n",
                "broken.jsonl",
                json + json + "{\"file\":\"a\",\n",
                "backwards.jsonl",
                json + json + json.replace("\"end\":2", "\"end\":0.5"));
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            Path file = file(one.getKey(), one.getValue());
            assertThatThrownBy(() -> EventTable.read(file, null))
                    .as(one.getKey())
                    .hasMessageStartingWith(file + ":3: ");
        }
        assertThatThrownBy(() -> EventTable.read(folder.resolve("none.tsv"), null))
                .isInstanceOf(IOException.class);
        Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> EventTable.read(folder.resolve("empty"), null))
                .hasMessageContaining("no tables of events");
    }

    @Test
    void lengthsComeFromATable() throws IOException {
        Durations table = Durations.read(file("d.tsv", "filename\tduration\na.wav\t10.0\nb.wav\t2.5\n"));
        assertThat(table.seconds()).containsExactly(Map.entry("a.wav", 10.0), Map.entry("b.wav", 2.5));
        assertThat(table.find(table.names(), "x/b.wav")).contains(2.5);
        assertThat(table.find(table.names(), "c")).isEmpty();
        for (String row : List.of("b\t0", "b\tlong", "b\tInfinity", "b\t-1", "a.wav\t3")) {
            Path file = file("bad.tsv", "filename\tduration\na.wav\t10.0\n" + row + "\n");
            assertThatThrownBy(() -> Durations.read(file)).as(row).hasMessageStartingWith(file + ":3: ");
        }
    }

    private static EventTable table(Annotation... events) {
        return new EventTable(
                "ref", Stream.of(events).map(Annotation::file).distinct().toList(), List.of(events));
    }

    @Test
    void joinsByNameAndSaysWhatIsLeftOut() {
        EventTable table = table(
                new Annotation("/old/test/0.wav", 1, 2, "dog"),
                new Annotation("1", 0, 1, "cat"),
                new Annotation("1", 1, 2, ""),
                new Annotation("1", 2, 3, "owl"),
                new Annotation("gone.wav", 0, 1, "dog"),
                new Annotation("gone.wav", 1, 2, "owl"));
        MatchedEvents matched =
                MatchedEvents.of(table, List.of("test/1.wav", "test/0.wav", "test/2.wav"), List.of("cat", "dog"));
        assertThat(matched.recordings()).containsExactly("test/1.wav", "test/0.wav");
        assertThat(matched.events())
                .containsExactly(new SoundEvent("test/0.wav", 1, 2, "dog"), new SoundEvent("test/1.wav", 0, 1, "cat"));
        assertThat(matched.missing()).isEqualTo(Map.of("gone.wav", 2));
        assertThat(matched.unknown()).isEqualTo(Map.of("owl", 1));
        assertThat(matched.unlabelled()).isOne();
    }

    @Test
    void refusesTwoNamesOfOneRecording() {
        EventTable table = table(new Annotation("a", 0, 1, "dog"), new Annotation("a.wav", 1, 2, "dog"));
        assertThatThrownBy(() -> MatchedEvents.of(table, List.of("x/a.wav"), List.of("dog")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ref: recordings 'a' and 'a.wav' are both 'x/a.wav': write them alike");
    }

    @Test
    void cutsEventsOfAFileToItsParts() {
        EventTable table = table(
                new Annotation("a.wav", 4, 12, "dog"),
                new Annotation("a.wav", 20, 25, "dog"),
                new Annotation("a.wav", 10, 10, "dog"),
                new Annotation("b.wav#5-15", 1, 2, "cat"));
        MatchedEvents matched = MatchedEvents.of(
                table,
                List.of("a.wav#0-10", "a.wav#10-20", "a.wav#30-40", "b.wav#5-15", "b.wav#15-25"),
                List.of("cat", "dog"));
        assertThat(matched.events())
                .containsExactlyInAnyOrder(
                        new SoundEvent("a.wav#0-10", 4, 10, "dog"),
                        new SoundEvent("a.wav#10-20", 0, 2, "dog"),
                        new SoundEvent("a.wav#0-10", 10, 10, "dog"),
                        new SoundEvent("a.wav#10-20", 0, 0, "dog"),
                        new SoundEvent("b.wav#5-15", 1, 2, "cat"));
        assertThat(matched.recordings()).containsExactly("a.wav#0-10", "a.wav#10-20", "a.wav#30-40", "b.wav#5-15");
    }

    /** The event columns written by a Spark job, in parts. */
    @Test
    void partsOfAJobOnSparkAreOneTable() throws IOException {
        List<Column> columns = List.of(
                new Column("clip", Kind.TEXT),
                new Column("path", Kind.TEXT),
                new Column("label", Kind.TEXT),
                new Column("onset", Kind.DOUBLE),
                new Column("offset", Kind.DOUBLE),
                new Column("low", Kind.DOUBLE),
                new Column("high", Kind.DOUBLE),
                new Column("score", Kind.DOUBLE),
                new Column("peak", Kind.DOUBLE));
        for (int part = 0; part < 2; part++) {
            double at = 600 * part;
            AtomicFile.write(folder.resolve("part-0000" + part + ".parquet"), out -> {
                ParquetTableWriter table = new ParquetTableWriter(out, columns);
                String clip = "day.wav#" + (int) at + "-" + (int) (at + 600);
                table.row(clip, "day.wav", "wren", at + 1.5, at + 2.0, Double.NaN, 4000.0, 0.75, at + 1.6);
                table.finish(Map.of());
            });
        }
        assertThat(EventTable.read(folder.resolve("part-00001.parquet"), null).events())
                .containsExactly(new Annotation("day.wav", 601.5, 602, "wren", Double.NaN, 4000, 0.75, 1));
        EventTable events = EventTable.read(folder, null);
        assertThat(events.recordings()).containsExactly("day.wav");
        assertThat(events.events())
                .containsExactly(
                        new Annotation("day.wav", 1.5, 2, "wren", Double.NaN, 4000, 0.75, 1),
                        new Annotation("day.wav", 601.5, 602, "wren", Double.NaN, 4000, 0.75, 1));
    }
}
