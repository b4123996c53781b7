package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.EventRows.Edges;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.RowTimes;

class EventRowsTest {
    private static final float NAN = Float.NaN;
    /** Rows of a second. */
    private static final RowTimes SECONDS = new RowTimes(8000, 8000, 0, 0);

    private static LabelFile table(List<String> recordings, Annotation... events) {
        return LabelFile.ofEvents(
                new Manifest(
                        recordings.stream()
                                .map(r -> new LabelledClip(r, "", List.of()))
                                .toList(),
                        LabelSet.of(List.of("a", "b"))),
                List.of(events),
                "test");
    }

    private static Annotation event(String file, double onset, double offset, String label) {
        return new Annotation(file, onset, offset, label);
    }

    private static Manifest clips(LabelledClip... clips) {
        return new Manifest(List.of(clips), LabelSet.of(List.of("a", "b")));
    }

    private static LabelledClip clip(String id, String... labels) {
        return new LabelledClip(id, "", List.of(labels));
    }

    /** The targets of one class, one number a row. */
    private static float[] column(EventRows rows, int clip, int count, int classIndex) {
        float[] all = new float[count * 2];
        assertThat(rows.read(clip, count, all, 0)).isTrue();
        float[] own = new float[count];
        for (int t = 0; t < count; t++) {
            own[t] = all[t * 2 + classIndex];
        }
        return own;
    }

    private static Set<String> recordings(Manifest clips) {
        return clips.clips().stream().map(c -> ClipId.recording(c.file())).collect(Collectors.toSet());
    }

    private static EventRows of(LabelFile table, Manifest clips, int rows, Edges edges) {
        return EventRows.of(List.of(table), clips, recordings(clips), _ -> rows, SECONDS, edges);
    }

    @Test
    @Tag("golden")
    void framesHaveTheLabelsOfTheAuthors() throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(Golden.require("frames").resolve("frame_labels.json").toFile());
        assertThat(all.path("labels").size()).isEqualTo(7);
        for (JsonNode one : all.path("labels")) {
            List<Annotation> events = new ArrayList<>();
            one.path("events_ms")
                    .forEach(e -> events.add(
                            event("r.wav", e.get(0).asDouble() / 1000, e.get(1).asDouble() / 1000, "a")));
            EventRows rows = EventRows.of(
                    List.of(table(List.of("r.wav"), events.toArray(Annotation[]::new))),
                    clips(clip("r.wav")),
                    Set.of("r.wav"),
                    _ -> one.path("frames").asInt(),
                    new RowTimes(1000, one.path("stride_ms").asInt(), 0, 0),
                    Edges.START);
            float[] own = column(rows, 0, one.path("frames").asInt(), 0);
            for (int t = 0; t < own.length; t++) {
                assertThat(own[t])
                        .as("%s, row %d", one.path("name").asText(), t)
                        .isEqualTo(one.path("labels").get(t).asInt());
            }
        }
    }

    @Test
    void aRowThatAnEdgeCutsHasItsShareOrIsOpen() {
        LabelFile table = table(
                List.of("r.wav"),
                event("r.wav", 0.75, 2.5, "a"),
                event("r.wav", 2.25, 3, "a"),
                event("r.wav", 4.25, 4.5, "a"),
                event("r.wav", 4.75, 5, "a"),
                event("r.wav", 1, 2, "b"));
        Manifest clips = clips(clip("r.wav", "a", "b"));
        EventRows shares = of(table, clips, 6, Edges.SHARE);
        assertThat(column(shares, 0, 6, 0)).containsExactly(new float[] {0.25f, 1, 1, 0, 0.5f, 0}, within(1e-6f));
        assertThat(column(shares, 0, 6, 1)).containsExactly(0, 1, 0, 0, 0, 0);
        assertThat(shares.remarks()).hasSize(1).first().asString().contains("1 events overlap");
        EventRows open = of(table, clips, 6, Edges.OPEN);
        assertThat(column(open, 0, 6, 0)).containsExactly(NAN, 1, 1, 0, NAN, 0);
        assertThat(column(of(table, clips, 6, Edges.START), 0, 6, 0)).containsExactly(0, 1, 1, 1, 0, 1);
        assertThat(open.fingerprint()).isNotEqualTo(shares.fingerprint());
        assertThat(of(table, clips, 6, Edges.OPEN).fingerprint()).isEqualTo(open.fingerprint());
    }

    @Test
    void aPointSaysThatTheClassIsThere() {
        LabelFile table = table(List.of("r.wav"), event("r.wav", 2.5, 2.5, "a"));
        assertThat(column(of(table, clips(clip("r.wav", "a")), 4, Edges.SHARE), 0, 4, 0))
                .containsExactly(0, 0, NAN, 0);
    }

    @Test
    void clipsOfARecordingSeeTheirPart() {
        LabelFile table = table(
                List.of("long", "other.wav"),
                event("long", 4, 7, "a"),
                event("long", 30, 40, "b"),
                event("other.wav", 8, 13, "b"),
                event("elsewhere.wav", 1, 2, "a"));
        Manifest clips = clips(
                clip("long.wav#0-5", "a"),
                clip("long.wav#5-10", "a", "b"),
                clip("other.wav", "b"),
                clip("weak.wav", "a"));
        EventRows rows =
                EventRows.of(List.of(table), clips, recordings(clips), i -> i == 2 ? 10 : 5, SECONDS, Edges.SHARE);
        assertThat(column(rows, 0, 5, 0)).containsExactly(0, 0, 0, 0, 1);
        assertThat(column(rows, 1, 5, 0)).containsExactly(1, 1, 0, 0, 0);
        assertThat(column(rows, 1, 5, 1)).as("labelled, but not timed").containsOnly(NAN);
        assertThat(column(rows, 2, 10, 1)).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
        assertThat(rows.read(3, 5, new float[10], 0)).as("no table names it").isFalse();
        assertThat(rows.strong()).isEqualTo(3);
        assertThat(rows.remarks())
                .anyMatch(r -> r.contains("1 events of 1 recordings are in no clip"))
                .anyMatch(r -> r.contains("1 events lie in no clip") && r.contains("'b' at 30 to 40 s"))
                .anyMatch(r -> r.contains("1 events end after their recording") && r.contains("8 to 13 s"))
                .anyMatch(r -> r.contains("1 clips are of recordings that no table"))
                .anyMatch(r -> r.contains("1 times a clip has a class"));
    }

    /** Events of validation clips are not lost: only those in no clip of the cache are. */
    @Test
    void eventsInClipsOfOtherSplitsAreNotNamed() {
        LabelFile table = table(
                List.of("r.wav"), event("r.wav", 1, 2, "a"), event("r.wav", 11, 12, "a"), event("r.wav", 15, 15, "b"));
        Manifest train = clips(clip("r.wav#0-5", "a"));
        Set<String> cached = Set.of("r.wav#0-5", "r.wav#10-14", "r.wav#15-20", "s.wav#30-35");
        assertThat(EventRows.of(List.of(table), train, cached, _ -> 5, SECONDS, Edges.SHARE)
                        .remarks())
                .isEmpty();
        LabelFile more = table(List.of("r.wav"), event("r.wav", 11, 12, "a"), event("r.wav", 30, 31, "b"));
        assertThat(EventRows.of(List.of(more), train, cached, _ -> 5, SECONDS, Edges.SHARE)
                        .remarks())
                .anyMatch(r -> r.contains("1 events lie in no clip") && r.contains("'b' at 30 to 31 s"));
    }

    /** Only the marks and two seconds around each are known. */
    @Test
    void whereNobodyLookedRowsAreNotKnown(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("events.csv");
        Files.writeString(file, "file,start,end,label\nr.wav,5,6,a\n");
        LabelFile table = LabelFile.read(
                file,
                new LabelFile.Options(
                                LabelFile.Form.EVENTS,
                                ManifestFormat.AUTO,
                                List.of(),
                                LabelSet.of(List.of("a", "b")),
                                ShareRule.DEFAULT)
                        .with(new Coverage.Rule(Coverage.Tables.SPARSE, 2, null)));
        EventRows rows = of(table, clips(clip("r.wav", "a")), 20, Edges.SHARE);
        float[] a = column(rows, 0, 20, 0);
        float[] b = column(rows, 0, 20, 1);
        for (int t = 0; t < 20; t++) {
            boolean known = t >= 3 && t < 8;
            assertThat(Float.isNaN(a[t])).as("a, row %d", t).isEqualTo(!known);
            assertThat(Float.isNaN(b[t])).as("b, row %d", t).isEqualTo(!known);
        }
        assertThat(a[5]).isEqualTo(1);
        assertThat(a[4]).isZero();
        assertThat(b[5]).isZero();
    }
}
