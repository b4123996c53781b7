package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.Synthesizer;

class SoundscapeCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void recordings() throws IOException {
        StringBuilder csv = new StringBuilder("file,fold,category\n");
        Files.createDirectories(folder.resolve("audio"));
        for (int fold = 1; fold <= 3; fold++) {
            for (Sound sound : List.of(Sound.BELL, Sound.DOG_BARK, Sound.RAIN, Sound.SIREN)) {
                String name = fold + "-" + sound.label() + ".wav";
                Wav.write(folder.resolve("audio").resolve(name), Synthesizer.event(sound, fold), 16000);
                csv.append(name)
                        .append(',')
                        .append(fold)
                        .append(',')
                        .append(sound.label())
                        .append('\n');
            }
        }
        Files.writeString(folder.resolve("labels.csv"), csv);
    }

    private int run(String target, String... more) {
        Object[] given = Ran.line(
                "soundscape --manifest {} --audio {} --out {} --train 6 --test 3 --seconds 2",
                folder.resolve("labels.csv"),
                folder.resolve("audio"),
                folder.resolve(target));
        return main(Ran.with(given, (Object[]) more));
    }

    private int main(Object[] args) {
        String[] words = Stream.of(args).map(Object::toString).toArray(String[]::new);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    @Test
    void writesScenesManifestAndRecord() throws IOException {
        assertThat(run("scenes", "--train-folds", "1,2", "--test-folds", "3", "--rate", "8000", "--seed", "4"))
                .as(err.toString())
                .isZero();
        Manifest manifest = Manifest.read(folder.resolve("scenes/manifest.csv"), ManifestFormat.AUTO, null);
        assertThat(manifest.clips()).hasSize(9);
        for (LabelledClip clip : manifest.clips()) {
            Recording r = Wav.read(folder.resolve("scenes").resolve(clip.file()));
            assertThat(r.sampleRate()).isEqualTo(8000);
            assertThat(r.samples()).hasSize(16000);
            assertThat(clip.labels()).hasSizeBetween(1, 3);
        }
        for (String row :
                Files.readAllLines(folder.resolve("scenes/manifest.csv")).subList(1, 10)) {
            String sources = row.split(",")[3];
            assertThat(sources.split(";"))
                    .allMatch(
                            row.startsWith("train/")
                                    ? s -> s.startsWith("1-") || s.startsWith("2-")
                                    : s -> s.startsWith("3-"));
        }
        JsonNode run = Json.MAPPER.readTree(folder.resolve("scenes/run.json").toFile());
        assertThat(run.get("seed").longValue()).isEqualTo(4);
        assertThat(run.get("inputs")).hasSize(1);
        assertThat(out.toString()).startsWith("label     train  test\n").contains("dog_bark");
        assertThat(err.toString()).contains("soundscape: 9 scenes in");
    }

    @Test
    void theSameSeedGivesTheSameFilesAndAnotherSeedOthers() throws IOException {
        String[] folds = {"--train-folds", "1,2", "--test-folds", "3", "--quiet", "--json"};
        assertThat(run("a", folds)).isZero();
        assertThat(run("b", folds)).isZero();
        assertThat(run("c", "--train-folds", "1,2", "--test-folds", "3", "--seed", "1"))
                .isZero();
        for (String file : List.of("manifest.csv", "train/000005.wav", "test/000000.wav")) {
            assertThat(folder.resolve("b").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("a").resolve(file));
            assertThat(Files.mismatch(
                            folder.resolve("c").resolve(file),
                            folder.resolve("a").resolve(file)))
                    .isNotEqualTo(-1);
        }
        assertThat(Json.MAPPER.readTree(
                        out.toString().lines().takeWhile(l -> !l.equals("]")).reduce("", String::concat) + "]"))
                .hasSize(4);
        assertThat(err.toString().lines()).allMatch(l -> l.startsWith("soundscape: 9 scenes"));
    }

    @Test
    void strongLabelsAndStemsAreWrittenInAddition() throws IOException {
        String[] folds = {"--train-folds", "1,2", "--test-folds", "3"};
        assertThat(run("plain", folds)).as(err.toString()).isZero();
        String stems = folder.resolve("alone").toString();
        assertThat(run("scenes", "--train-folds", "1,2", "--test-folds", "3", "--stems", stems))
                .as(err.toString())
                .isZero();
        for (String file : List.of("manifest.csv", "test-events.tsv", "train/000003.wav", "test/000002.wav")) {
            assertThat(folder.resolve("scenes").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("plain").resolve(file));
        }
        int events = 0;
        for (String split : List.of("train", "test")) {
            List<Annotation> annotations = AnnotationTable.read(folder.resolve("scenes/" + split + "-events.tsv"))
                    .annotations();
            for (Annotation a : annotations) {
                assertThat(a.offset()).isLessThanOrEqualTo(2);
            }
            Manifest manifest = Manifest.read(folder.resolve("scenes/manifest.csv"), ManifestFormat.AUTO, null);
            for (LabelledClip clip : manifest.clips()) {
                if (clip.split().equals(split)) {
                    List<String> labels = annotations.stream()
                            .filter(a -> a.file().equals(clip.file()))
                            .map(Annotation::label)
                            .toList();
                    assertThat(labels).isEqualTo(clip.labels());
                    sumOfStemsIsTheScene(clip.file(), labels.size());
                    events += labels.size();
                }
            }
        }
        try (Stream<Path> files = Files.walk(Path.of(stems))) {
            assertThat(files.filter(f -> f.toString().endsWith(".wav"))).hasSize(events);
        }
        assertThat(run("x", "--train-folds", "1", "--test-folds", "3", "--stems", folder + "/x/stems"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("must not lie in the folder of the scenes");
    }

    private void sumOfStemsIsTheScene(String file, int count) throws IOException {
        float[] scene = Wav.read(folder.resolve("scenes").resolve(file)).samples();
        float[] sum = new float[scene.length];
        for (int i = 0; i < count; i++) {
            float[] stem = Wav.read(folder.resolve("alone").resolve(file.replace(".wav", ".stem" + i + ".wav")))
                    .samples();
            for (int s = 0; s < sum.length; s++) {
                sum[s] += stem[s];
            }
        }
        for (int s = 0; s < sum.length; s++) {
            // Half a quantization step of 16 bits for each file.
            assertThat(sum[s]).isCloseTo(scene[s], offset((count + 1) * 0.5f / 32768 + 1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--train-folds 1 --test-folds 1 | 2 | fold 1 is named for both",
                "--train-folds 1 --test-folds 9 | 2 | no recordings in fold 9",
                "--train-folds 1 | 2 | --test-folds",
                "--train-folds 1 --test-folds 2 --events 3-1 | 2 | min 3, max 1",
                "--train-folds 1 --test-folds 2 --events 1-7 | 2 | 7 different",
                "--train-folds 1 --test-folds 2 --events x | 2 | such as 1-3",
                "--train-folds 1 --test-folds 2 --events 1.5-2 | 2 | whole numbers",
                "--train-folds 1 --test-folds 2 --gain 0..-6 | 2 | min 0.0, max -6.0",
                "--train-folds 1 --test-folds 2 --seconds -1 | 2 | seconds",
                "--train-folds 1 --test-folds 2 --label-column colour | 3 | colour",
                "--train-folds 1 --test-folds 2 --bogus | 2 | --bogus"
            })
    void mistakesAreNamedInOneLineWithTheirStatus(String options, int status, String message) {
        assertThat(run("x", options.split(" "))).isEqualTo(status);
        assertThat(err.toString().lines().findFirst().orElseThrow())
                .startsWith("unmute soundscape: ")
                .contains(message)
                .doesNotContain("soundscape: soundscape");
        assertThat(err.toString()).doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
        assertThat(folder.resolve("x")).doesNotExist();
    }

    /** A full disk once left scenes with a manifest but no record, and the next run refused them as already present. */
    @Test
    void scenesWithoutTheirRecordAreMadeAgain() throws IOException {
        Path record = Files.createDirectories(folder.resolve("x/run.json/in-the-way"));
        assertThat(run("x", "--train-folds", "1", "--test-folds", "2")).isEqualTo(ExitCode.FAILED);
        assertThat(folder.resolve("x/train-events.tsv")).exists();
        assertThat(folder.resolve("x/manifest.csv")).doesNotExist();
        Files.delete(record);
        Files.delete(record.getParent());
        assertThat(run("x", "--train-folds", "1", "--test-folds", "2")).isEqualTo(ExitCode.OK);
        assertThat(folder.resolve("x/manifest.csv")).exists();
    }

    @Test
    void negativeCountsAreRefused() {
        int status = main(Ran.line(
                "soundscape --manifest m --audio a --out {} --train-folds 1 --test-folds 2 --train -1",
                folder.resolve("x")));
        assertThat(status).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("must not be negative").contains("-1");
    }

    @Test
    void badRecordingsAreNamed() throws IOException {
        String[] folds = {"--train-folds", "1,2", "--test-folds", "3", "--events", "4"};
        Files.writeString(folder.resolve("audio/3-bell.wav"), "not a sound");
        assertThat(run("x", folds)).isEqualTo(ExitCode.INPUT);
        assertThat(err.toString()).contains("3-bell.wav: not a sound file");
        assertThat(folder.resolve("x/manifest.csv")).doesNotExist();
        Files.delete(folder.resolve("audio/3-bell.wav"));
        assertThat(run("x", folds)).isEqualTo(ExitCode.INPUT);
        assertThat(err.toString()).contains("1 of the manifest's files are not in", "3-bell.wav");
    }

    @Test
    void aFinishedFolderIsKept() throws IOException {
        Files.createDirectories(folder.resolve("x"));
        Files.writeString(folder.resolve("x/manifest.csv"), "mine");
        assertThat(run("x", "--train-folds", "1", "--test-folds", "3")).isEqualTo(ExitCode.INPUT);
        assertThat(folder.resolve("x/manifest.csv")).hasContent("mine");
        assertThat(err.toString()).contains("did not write, such as manifest.csv");
        assertThat(run("y", "--train-folds", "1", "--test-folds", "3")).isEqualTo(ExitCode.OK);
        assertThat(run("y", "--train-folds", "1", "--test-folds", "3")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("not overwritten");
    }
}
