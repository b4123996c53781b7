package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unmute.data.ClipId;
import org.unmute.probes.cache.AudioClip;

class TableNamesTest {
    private static List<String> names(String... ids) {
        List<AudioClip> clips =
                Stream.of(ids).map(id -> ClipId.clip(id, Path.of("root"))).toList();
        TableNames names = new TableNames(clips);
        return clips.stream().map(names::of).toList();
    }

    @Test
    void theNameOfTheRecordingWithoutItsExtension() {
        assertThat(names("a.wav", "sub/a.flac", "b.c.mp3", "noextension"))
                .containsExactly("a", "sub/a", "b.c", "noextension");
    }

    @Test
    void recordingsThatWouldShareATableKeepTheirExtension() {
        assertThat(names("a.wav", "A.flac", "b.wav")).containsExactly("a.wav", "A.flac", "b");
        assertThat(names("a.wav#0-1.5", "a.wav#1.5-3", "a.wav")).containsExactly("a.wav#0-1.5", "a.wav#1.5-3", "a");
        // The extensions differ only in case.
        assertThat(names("a.wav", "a.WAV")).doesNotHaveDuplicates().hasSize(2);
        assertThat(names("x.wav", "x.flac", "x.wav.wav"))
                .extracting(String::toLowerCase)
                .doesNotHaveDuplicates();
    }

    /** Readers take the table with that name for the recording's own. */
    @Test
    void aNameThatNeedNotBeChangedIsKept() {
        assertThat(names("?a.wav", "_a.wav", "*a.wav"))
                .extracting(n -> n.replaceAll("~\\p{XDigit}+", "~"))
                .containsExactly("_a.wav~", "_a.wav", "_a.wav~");
    }

    @Test
    void namesAreSafeAndNotTooLong() {
        assertThat(names("a\nb.wav", "a\tb.wav", "c:\\d?.wav", "\u202Egnp.wav", "d/...wav"))
                .extracting(n -> n.replaceAll("~\\p{XDigit}+", "~"))
                .containsExactly("a_b.wav", "a_b.wav~", "c__d_", "_gnp", "d/.._");
        String folder = "f".repeat(200);
        String id = folder + "/" + "ü".repeat(120) + ".wav";
        String other = folder + "/" + "ü".repeat(121) + ".wav";
        List<String> all = names(id, other);
        assertThat(all).doesNotHaveDuplicates();
        for (String name : all) {
            for (String part : name.split("/")) {
                assertThat(part.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(200);
            }
        }
        assertThat(names(id)).isEqualTo(List.of(all.getFirst()));
    }
}
