package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.files.InputException;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.cache.AudioClip;

/** URBAN-SED, ESC-50 and Speech Commands: small folders in each set's own layout. */
class ControlSetsTest {
    @TempDir
    Path root;

    private Tree tree() {
        return new Tree(root);
    }

    private static String jams(String... roleAndLabel) {
        StringBuilder data = new StringBuilder();
        for (int i = 0; i < roleAndLabel.length; i += 2) {
            data.append(i > 0 ? "," : "").append("""
                {"time": 0.25, "duration": 3.5e0, "confidence": 1.0, "value": {"role": "%s", "label": "%s", "snr": -6.5,
                 "pitch_shift": null, "source_file": "C:\\\\x\\/\\u00e4.wav"}}\
                """.formatted(roleAndLabel[i], roleAndLabel[i + 1]));
        }
        return """
            {"annotations": [{"namespace": "scaper", "data": [%s], "sandbox": {"scaper": {"fg_spec": [[[["choose", \
            []], {"a": true}]]]}}}],
             "file_metadata": {"duration": 10.0, "jams_version": "0.3.2"}, "sandbox": {}}
            """.formatted(data);
    }

    private Tree urban() throws IOException {
        Tree tree = tree().wav(
                        "audio/train/soundscape_train_bimodal0.wav",
                        "audio/train/soundscape_train_bimodal1.wav",
                        "audio/validate/soundscape_validate_bimodal0.wav",
                        "audio/test/soundscape_test_unimodal9.wav");
        tree.text(
                "annotations/train/soundscape_train_bimodal0.jams",
                jams("background", "noise", "foreground", "siren", "foreground", "dog_bark", "foreground", "siren"));
        tree.text("annotations/train/soundscape_train_bimodal0.txt", "0.1\t0.5\tdrilling\n");
        tree.text("annotations/train/soundscape_train_bimodal1.txt", "0.1\t0.5\tdrilling\r\n0.7\t0.9\tgun_shot\r\n");
        tree.text("annotations/validate/soundscape_validate_bimodal0.jams", jams("background", "noise"));
        tree.text("annotations/test/soundscape_test_unimodal9.jams", jams("foreground", "street_music"));
        return tree;
    }

    @Test
    void urbanSedTakesTheForegroundOfItsAnnotations() throws IOException {
        Tree tree = urban();
        assertThat(Tree.lines(tree.read("urban", Part.TRAIN)))
                .containsExactly(
                        "audio/train/soundscape_train_bimodal0.wav: siren;dog_bark",
                        "audio/train/soundscape_train_bimodal1.wav: drilling;gun_shot");
        assertThat(Tree.lines(tree.read("urban", Part.VALIDATION)))
                .containsExactly("audio/validate/soundscape_validate_bimodal0.wav: ");
        assertThat(Tree.lines(tree.read("urban", Part.TEST)))
                .containsExactly("audio/test/soundscape_test_unimodal9.wav: street_music");
        tree.wav("audio/test/soundscape_test_unimodal10.wav");
        assertThat(tree.read("urban", Part.TEST).report().remarks())
                .containsExactly("1 recordings in audio/test have no annotation and are not used, the first:"
                        + " soundscape_test_unimodal10");
    }

    @Test
    void urbanSedKeepsTheTimesOfItsEvents() throws IOException {
        Tree tree = urban();
        assertThat(tree.read("urban", Part.TRAIN).strongLabels().orElseThrow())
                .containsExactly(
                        new SoundEvent("audio/train/soundscape_train_bimodal0.wav", 0.25, 3.75, "siren"),
                        new SoundEvent("audio/train/soundscape_train_bimodal0.wav", 0.25, 3.75, "dog_bark"),
                        new SoundEvent("audio/train/soundscape_train_bimodal0.wav", 0.25, 3.75, "siren"),
                        new SoundEvent("audio/train/soundscape_train_bimodal1.wav", 0.1, 0.5, "drilling"),
                        new SoundEvent("audio/train/soundscape_train_bimodal1.wav", 0.7, 0.9, "gun_shot"));
        assertThat(tree.read("urban", Part.VALIDATION).strongLabels().orElseThrow())
                .isEmpty();
        Path text =
                tree.text("annotations/train/soundscape_train_bimodal1.txt", "0.1\t0.5\tdrilling\n0.9\t0.7\tsiren\n");
        assertThatThrownBy(() -> tree.read("urban", Part.TRAIN))
                .hasMessageStartingWith(text + ":2: ")
                .hasMessageContaining("0.9 to 0.7 s");
    }

    @Test
    void brokenAnnotationsAreRefusedByFile() throws IOException {
        Tree tree = urban();
        String good = jams("foreground", "siren");
        String[][] cases = {
            {good.substring(0, good.length() / 2), "broken JSON"},
            {good.replace("siren", "harp"), "unknown label 'harp'"},
            {good.replace("\"role\": \"foreground\", ", ""), "'role' is missing"},
            {good.replace("\"annotations\"", "\"annotation\""), "'annotations' is missing"},
            {good.replace("\"time\": 0.25", "\"time\": -1"), "times with 0 <= start <= end"},
            {good.replace("\"duration\": 3.5e0, ", ""), "'duration' is missing"},
            {good + "x", "broken JSON: Unrecognized token 'x'"},
            {good.replace("\"sandbox\": {}", "\"annotations\": []"), "broken JSON: Duplicate field 'annotations'"},
            {good.replace("10.0", "NaN"), "broken JSON: Non-standard token 'NaN'"},
            {good.replace("10.0", "[".repeat(80)), "nesting depth (65)"},
            {"[]", "a JSON object is expected"},
            {"", "a JSON object is expected"},
        };
        for (String[] c : cases) {
            Path file = tree.text("annotations/test/soundscape_test_unimodal9.jams", c[0]);
            assertThatThrownBy(() -> tree.read("urban", Part.TEST))
                    .as(c[1])
                    .isInstanceOfAny(InputException.class, MalformedTableException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining(c[1]);
        }
        Files.delete(root.resolve("annotations/test/soundscape_test_unimodal9.jams"));
        tree.text("annotations/test/soundscape_test_unimodal9.txt", "0.1 0.5 siren\n");
        assertFails(() -> tree.read("urban", Part.TEST), "unimodal9.txt:1: not 'start, end, label'");
    }

    private Tree esc50(String more) throws IOException {
        StringBuilder rows = new StringBuilder("filename,fold,target,category,esc10,src_file,take\n");
        for (int i = 0; i < 50; i++) {
            String file = (i % 5 + 1) + "-" + (1000 + i) + "-A-" + i + ".wav";
            rows.append(String.format("%s,%d,%d,sound_%02d,False,%d,A%n", file, i % 5 + 1, i, 49 - i, 1000 + i));
            tree().wav("audio/" + file);
        }
        tree().text("meta/esc50.csv", rows + more);
        return tree();
    }

    @Test
    void esc50TestsOnOneFold() throws IOException {
        Tree tree = esc50("");
        ReadOptions fold = ReadOptions.DEFAULT.withFold(2);
        Reading test = tree.read("esc50", Part.TEST, fold);
        assertThat(test.clips()).hasSize(10);
        assertThat(Tree.lines(test))
                .startsWith("audio/2-1001-A-1.wav: sound_48")
                .allMatch(l -> l.startsWith("audio/2-"));
        Reading train = tree.read("esc50", Part.TRAIN, fold);
        assertThat(train.clips()).hasSize(40);
        assertThat(Tree.lines(train)).noneMatch(l -> l.startsWith("audio/2-"));
        assertThat(train.labels().name(0)).isEqualTo("sound_49");
        assertThat(train.manifest().isSingleLabel()).isTrue();
        assertFails(() -> tree.read("esc50", Part.TEST), "choose the fold to test on, 1 to 5: 0 (--fold)");
        assertFails(() -> tree.read("esc50", Part.TEST, ReadOptions.DEFAULT.withFold(6)), "1 to 5: 6");
    }

    @Test
    void esc50RefusesContradictions() throws IOException {
        assertThatThrownBy(() -> esc50("6-1-A-1.wav,6,1,sound_48,False,1,A\n")
                        .read("esc50", Part.TEST, ReadOptions.DEFAULT.withFold(1)))
                .hasMessageContaining("esc50.csv:52: fold is a number up to 5, not '6'");
        assertThatThrownBy(() -> esc50("1-1-A-1.wav,1,1,rain,False,1,A\n")
                        .read("esc50", Part.TEST, ReadOptions.DEFAULT.withFold(1)))
                .hasMessageContaining("esc50.csv:52: target 1 is 'sound_48' in another row and 'rain' here");
        assertThatThrownBy(() -> esc50("1-1-A-1.wav,1,1\n").read("esc50", Part.TEST, ReadOptions.DEFAULT.withFold(1)))
                .hasMessageContaining("esc50.csv:52: the row has 3 fields, the header 7");
        assertThatThrownBy(() -> esc50("1-1-A-1.wav,1,1,sound_48,False,1,A\n")
                        .read("esc50", Part.TEST, ReadOptions.DEFAULT.withFold(1)))
                .hasMessageContaining("1 of 11 clips of the part test are missing")
                .hasMessageContaining("1-1-A-1.wav (meta/esc50.csv:52)");
    }

    private static final List<String> WORDS =
            List.of("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "bed", "zero");

    private Tree speech() throws IOException {
        Tree tree = tree();
        for (String word : WORDS) {
            tree.wav(word + "/aa_nohash_0.wav", word + "/bb_nohash_0.wav", word + "/cc_nohash_1.wav");
        }
        tree.text("validation_list.txt", "yes/bb_nohash_0.wav\nbed/bb_nohash_0.wav\n");
        tree.text("testing_list.txt", "zero/cc_nohash_1.wav\r\nup/cc_nohash_1.wav\r\n");
        tree.text("_background_noise_/README.md", "noise");
        tree.wav("_background_noise_/doing_the_dishes.wav", 7.9);
        tree.wav("_background_noise_/white_noise.wav", 5.0);
        return tree;
    }

    @Test
    void speechCommandsHasTwelveClasses() throws IOException {
        Tree tree = speech();
        assertThat(Tree.lines(tree.read("sc2", Part.VALIDATION)))
                .containsExactly(
                        "bed/bb_nohash_0.wav: _unknown_",
                        "yes/bb_nohash_0.wav: yes",
                        "_background_noise_/white_noise.wav#1-2: _silence_");
        assertThat(Tree.lines(tree.read("sc2", Part.TEST)))
                .containsExactly(
                        "up/cc_nohash_1.wav: up",
                        "zero/cc_nohash_1.wav: _unknown_",
                        "_background_noise_/white_noise.wav#2-3: _silence_");
        Reading train = tree.read("sc2", Part.TRAIN);
        assertThat(train.clips()).hasSize(12 * 3 - 4 + 10);
        assertThat(train.labels().names())
                .startsWith("_silence_", "_unknown_", "yes", "no")
                .hasSize(12);
        AudioClip silence = train.clips().get(32).audio();
        assertThat(silence)
                .isEqualTo(new AudioClip(
                        "_background_noise_/doing_the_dishes.wav#0-1",
                        root.resolve("_background_noise_/doing_the_dishes.wav"),
                        0,
                        1));
        try (AudioStream file = AudioStream.open(silence.path())) {
            assertThat(silence.read(file).samples()).hasSize(1000);
        }
        assertThat(Tree.lines(train))
                .contains("bed/cc_nohash_1.wav: _unknown_")
                .doesNotContain("yes/bb_nohash_0.wav: yes");
    }

    @Test
    void noSecondOfNoiseIsInTwoParts() throws IOException {
        Tree tree = speech();
        Set<String> seen = new HashSet<>();
        List<String> all = new ArrayList<>();
        for (Part part : Part.values()) {
            tree.read("sc2", part).manifest().clips().forEach(c -> {
                all.add(c.file());
                seen.add(c.file());
            });
        }
        assertThat(seen).hasSameSizeAs(all).hasSize(12 * 3 + 7 + 5);
    }

    @Test
    void speechCommandsChecksItsLists() throws IOException {
        Tree tree = speech();
        tree.text("testing_list.txt", "yes/bb_nohash_0.wav\n");
        assertThatThrownBy(() -> tree.read("sc2", Part.TRAIN))
                .hasMessageContaining("testing_list.txt:1: clip 'yes/bb_nohash_0.wav' is in validation_list.txt too");
        tree.text("testing_list.txt", "../yes/bb_nohash_0.wav\n");
        assertFails(() -> tree.read("sc2", Part.TRAIN), "leaves the root");
        tree.text("testing_list.txt", "yes/gone.wav\n");
        assertFails(DatasetException.class, () -> tree.read("sc2", Part.TEST), "yes/gone.wav (testing_list.txt:1)");
        Files.delete(root.resolve("validation_list.txt"));
        assertFails(() -> tree.read("sc2", Part.TEST), "no file " + root.resolve("validation_list.txt"));
    }

    @Test
    void theTestArchiveIsTheTestPart() throws IOException {
        Tree tree = tree().wav("_silence_/1.wav", "_unknown_/2.wav", "README.wav");
        for (String word : WORDS.subList(0, 10)) {
            tree.wav(word + "/x.wav");
        }
        Reading test = tree.read("sc2", Part.TEST);
        assertThat(test.clips()).hasSize(12);
        assertThat(Tree.lines(test))
                .startsWith("_silence_/1.wav: _silence_", "_unknown_/2.wav: _unknown_", "yes/x.wav: yes");
        assertThat(Datasets.byName("sc2").parts(root)).containsExactly(Part.TEST);
        assertFails(() -> tree.read("sc2", Part.TRAIN), "is the official test archive");
    }
}
