package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.data.MalformedTableException;

class AnnotationFormatTest {
    private static final String ESC = "\u001B[31m";

    @TempDir
    Path folder;

    private static final List<Annotation> FIRST = List.of(
            new Annotation("a/dawn, 1.wav", 0.5, 2.25, "Turdus merula_Blackbird", 1500, 4000, 0.75, 1),
            new Annotation("a/dawn, 1.wav", 3, 3.5, "rain", Double.NaN, Double.NaN, 0.5, 1));
    private static final List<Annotation> SECOND = List.of(new Annotation("b.wav", 1, 2, "say \"hi\"", 200, 800, 1, 1));

    private AnnotationTable written(AnnotationFormat format, boolean combined) throws IOException {
        StringBuilder text = new StringBuilder();
        AnnotationFormat.Writer writer = format.writer(text, combined);
        writer.recording(60, 48_000, FIRST);
        if (combined) {
            writer.recording(30, 32_000, SECOND);
        }
        Path file = Files.writeString(folder.resolve("events." + format.extension()), text);
        return format == AnnotationFormat.JSON_LINES ? null : AnnotationTable.read(file);
    }

    @Test
    void aCombinedRavenTableRunsOnOverTheRecordings() throws IOException {
        AnnotationTable table = written(AnnotationFormat.RAVEN, true);
        assertThat(table.kind()).isEqualTo(AnnotationTable.Kind.RAVEN);
        assertThat(table.files()).containsExactly("a/dawn, 1.wav", "b.wav");
        List<Annotation> right = new ArrayList<>(FIRST);
        // Raven requires a band for every event.
        right.set(1, new Annotation("a/dawn, 1.wav", 3, 3.5, "rain", 0, 24_000, 0.5, 1));
        right.addAll(SECOND);
        assertThat(table.annotations()).isEqualTo(right);
        assertThat(Files.readAllLines(folder.resolve("events.txt")).getLast())
                .isEqualTo("3\tSpectrogram 1\t1\t61.000000\t62.000000\t200.000\t800.000\tsay \"hi\"\t1.0000"
                        + "\tb.wav\t1.000000\t\t\t\t\t");
    }

    @Test
    void anAudacityTrackKeepsBands() throws IOException {
        AnnotationTable table = written(AnnotationFormat.AUDACITY, false);
        assertThat(table.annotations())
                .containsExactly(
                        new Annotation("", 0.5, 2.25, "Turdus merula_Blackbird", 1500, 4000, Double.NaN, 1),
                        new Annotation("", 3, 3.5, "rain"));
    }

    @Test
    void csvAndBirdnetKeepRecordings() throws IOException {
        List<Annotation> all = new ArrayList<>(FIRST);
        all.addAll(SECOND);
        assertThat(written(AnnotationFormat.CSV, true).annotations()).isEqualTo(all);
        assertThat(written(AnnotationFormat.BIRDNET, true).annotations().stream()
                        .map(Annotation::label))
                .containsExactly("Blackbird", "rain", "say \"hi\"");
        assertThat(Files.readString(folder.resolve("events.csv")))
                .contains("0.500000,2.250000,Turdus merula,Blackbird,0.7500,\"a/dawn, 1.wav\",,,,,\n");
    }

    /** Whatever names and labels contain, a row stays one row, and no control sequence reaches a terminal. */
    @ParameterizedTest
    @EnumSource(AnnotationFormat.class)
    void textFromOutsideIsCleaned(AnnotationFormat format) throws IOException {
        StringBuilder text = new StringBuilder();
        AnnotationFormat.Writer writer = format.writer(text, true);
        long header = text.chars().filter(c -> c == '\n').count();
        writer.recording(
                10, 16_000, List.of(new Annotation("a\n" + ESC + ".wav", 0, 1, "x\ty\r\n\u202E" + ESC + "=1+1")));
        assertThat(text.chars().filter(c -> c == '\n').count() - header).isEqualTo(1);
        assertThat(text.toString().replace("\t", "").replace("\n", "").chars().noneMatch(Character::isISOControl))
                .isTrue();
        assertThat(text).doesNotContain("\u202E");
        StringBuilder formula = new StringBuilder();
        format.writer(formula, true).recording(10, 16_000, List.of(new Annotation("=cmd()", 0, 1, "@x")));
        if (format == AnnotationFormat.CSV || format == AnnotationFormat.BIRDNET) {
            assertThat(formula).contains("'=cmd()").contains("'@x");
            Path file = Files.writeString(folder.resolve("formula.csv"), formula);
            Annotation read = AnnotationTable.read(file).annotations().getFirst();
            assertThat(read.file()).isEqualTo("=cmd()");
            assertThat(read.label()).isEqualTo("@x");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start,end,label\\n0,1,dog\\n2,x,cat\\n | :3: the end is not a number: 'x'",
                "start,end,label\\n3,1,dog\\n           | :2: annotation: times must be 0 <= start <= end: 3.0 to 1.0",
                "start,end,what\\n0,1,dog\\n            | :1: no column with the label of events among 'start, end,"
                        + " what'",
                "begin,label\\n0,dog\\n                 | :1: no column with the end of events among 'begin, label'",
                "0\\t1\\tdog\\n2\\n                     | :2: 1 columns where the rows above have 3",
                "0\\t1\\tdog\\n2\\tNaN\\tcat\\n         | :2: the end is not a number: 'NaN'",
                "\\\\\\t1\\t2\\n0\\t1\\tdog\\n          | :1: a line of frequencies must follow a label",
                "0\\t1\\tdog\\n\\\\\\t9\\t2\\n          | :2: annotation: frequencies must be 0 <= low <= high",
                "Selection\\tBegin Time (s)\\tEnd Time (s)\\tA\\tB\\n1\\t0\\t1\\tx\\ty\\n | which column holds the"
                        + " label?",
            })
    void whatIsWrongIsNamedWithItsLine(String content, String message) throws IOException {
        String text = content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
        Path file = Files.writeString(folder.resolve("wrong.txt"), text);
        assertFails(MalformedTableException.class, () -> AnnotationTable.read(file), message.strip());
    }

    /** A class name may contain an underscore without being a species. */
    @Test
    void onlyNamesOfSpeciesAreSplitForBirdnet() throws IOException {
        StringBuilder text = new StringBuilder();
        List<Annotation> events = Stream.of("clock_tick", "Turdus merula_", "_x", "Turdus merula_Black_bird")
                .map(label -> new Annotation("a.wav", 0, 1, label))
                .toList();
        AnnotationFormat.BIRDNET.writer(text, false).recording(1, 16_000, events);
        assertThat(text.toString().lines().skip(1).map(line -> line.split(",")[2] + "|" + line.split(",")[3]))
                .containsExactly(
                        "clock_tick|clock_tick", "Turdus merula_|Turdus merula_", "_x|_x", "Turdus merula|Black_bird");
    }

    @Test
    void theLabelsColumnOfARavenTableMayHaveAnyName() throws IOException {
        Path file = Files.writeString(
                folder.resolve("raven.txt"),
                "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCall\t\r\n"
                        + "1\tSpectrogram 1\t2\t0.5\t1.5\t100.0\t900.0\tsong\t\r\n");
        assertThat(AnnotationTable.read(file).annotations())
                .containsExactly(new Annotation("", 0.5, 1.5, "song", 100, 900, Double.NaN, 2));
        assertFails(() -> AnnotationTable.read(file, "Species"), "no column 'Species' among");
    }
}
