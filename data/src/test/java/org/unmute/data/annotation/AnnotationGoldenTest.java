package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;

/** Files of other programs in {@code sed/formats}, with the meaning that these programs give them. */
@Tag("golden")
class AnnotationGoldenTest {
    private static Path folder() {
        return Golden.require("sed/formats");
    }

    private static JsonNode expected(String file) throws IOException {
        return new ObjectMapper()
                .readTree(folder().resolve("expected.json").toFile())
                .path(file);
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static AnnotationTable read(String file, AnnotationTable.Kind kind) throws IOException {
        AnnotationTable table = AnnotationTable.read(folder().resolve(file));
        assertThat(table.kind()).isEqualTo(kind);
        return table;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    @Test
    void desed() throws IOException {
        AnnotationTable table = read("desed.tsv", AnnotationTable.Kind.DESED);
        JsonNode expected = expected("desed.tsv");
        assertThat(table.files())
                .isEqualTo(list(expected.path("files")).stream()
                        .map(JsonNode::asText)
                        .toList());
        assertThat(table.annotations())
                .isEqualTo(list(expected.path("events")).stream()
                        .map(e -> new Annotation(
                                e.get(0).asText(),
                                e.get(1).asDouble(),
                                e.get(2).asDouble(),
                                e.get(3).asText()))
                        .toList());
    }

    @Test
    void sedEval() throws IOException {
        assertThat(read("sed_eval.txt", AnnotationTable.Kind.LABELS).annotations())
                .isEqualTo(list(expected("sed_eval.txt").path("events")).stream()
                        .map(e -> new Annotation(
                                "",
                                e.get(0).asDouble(),
                                e.get(1).asDouble(),
                                e.get(2).asText()))
                        .toList());
        assertThat(read("sed_eval_files.txt", AnnotationTable.Kind.FILE_LABELS).annotations())
                .isEqualTo(list(expected("sed_eval_files.txt").path("events")).stream()
                        .map(e -> new Annotation(
                                e.get(0).asText(),
                                e.get(1).asDouble(),
                                e.get(2).asDouble(),
                                e.get(3).asText()))
                        .toList());
    }

    @Test
    void raven() throws IOException {
        assertThat(read("raven_pro.txt", AnnotationTable.Kind.RAVEN).annotations())
                .isEqualTo(list(expected("raven_pro.txt").path("selections")).stream()
                        .map(s -> new Annotation(
                                "",
                                s.path("begin").asDouble(),
                                s.path("end").asDouble(),
                                s.path("annotation").asText(),
                                s.path("low").asDouble(),
                                s.path("high").asDouble(),
                                Double.NaN,
                                s.path("channel").asInt()))
                        .toList());
        assertThat(read("raven_empty.txt", AnnotationTable.Kind.RAVEN).annotations())
                .isEmpty();
    }

    @Test
    void birdnetTables() throws IOException {
        for (String file : List.of("birdnet_table.txt", "birdnet_table_old.txt")) {
            List<Annotation> all = read(file, AnnotationTable.Kind.RAVEN).annotations();
            List<JsonNode> rows = list(expected(file).path("rows"));
            assertThat(all).hasSameSizeAs(rows);
            for (int i = 0; i < rows.size(); i++) {
                JsonNode row = rows.get(i);
                double offset = row.path("file_offset").asDouble();
                double length = row.path("end").asDouble() - row.path("begin").asDouble();
                assertThat(all.get(i))
                        .isEqualTo(new Annotation(
                                row.path("path").asText(),
                                offset,
                                offset + length,
                                row.path("common").asText(),
                                0,
                                15000,
                                row.path("confidence").asDouble(),
                                1));
            }
            for (int i = 0; i < expected(file).path("events_in_file").size(); i++) {
                JsonNode event = expected(file).path("events_in_file").get(i);
                assertThat(all.get(i).file()).isEqualTo(event.get(0).asText());
                assertThat(all.get(i).onset()).isEqualTo(event.get(1).asDouble());
                assertThat(all.get(i).offset()).isEqualTo(event.get(2).asDouble());
                assertThat(all.get(i).label()).isEqualTo(event.get(3).asText());
            }
        }
    }

    @Test
    void birdnetCsv() throws IOException {
        List<Annotation> all =
                read("birdnet.csv", AnnotationTable.Kind.BIRDNET_CSV).annotations();
        List<JsonNode> rows = list(expected("birdnet.csv").path("rows"));
        assertThat(all)
                .isEqualTo(rows.stream()
                        .map(r -> new Annotation(
                                r.get(5).asText(),
                                r.get(0).asDouble(),
                                r.get(1).asDouble(),
                                r.get(3).asText(),
                                Double.NaN,
                                Double.NaN,
                                r.get(4).asDouble(),
                                1))
                        .toList());
        List<String> scientific =
                AnnotationTable.read(folder().resolve("birdnet.csv"), "Scientific name").annotations().stream()
                        .map(Annotation::label)
                        .toList();
        assertThat(scientific)
                .isEqualTo(rows.stream().map(r -> r.get(2).asText()).toList());
    }

    @Test
    void audacity() throws IOException {
        assertThat(read("audacity.txt", AnnotationTable.Kind.LABELS).annotations())
                .isEqualTo(list(expected("audacity.txt").path("labels")).stream()
                        .map(l -> new Annotation(
                                "",
                                l.path("start").asDouble(),
                                l.path("end").asDouble(),
                                l.path("text").asText(),
                                number(l.path("low")),
                                number(l.path("high")),
                                Double.NaN,
                                1))
                        .toList());
        JsonNode row = expected("birdnet_audacity.txt").path("rows").get(0);
        assertThat(read("birdnet_audacity.txt", AnnotationTable.Kind.SCORED_LABELS)
                        .annotations())
                .containsExactly(new Annotation(
                        "",
                        row.get(0).asDouble(),
                        row.get(1).asDouble(),
                        row.get(2).asText(),
                        Double.NaN,
                        Double.NaN,
                        row.get(3).asDouble(),
                        1));
    }
}
