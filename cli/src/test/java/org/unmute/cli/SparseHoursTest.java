package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.Synthesizer;
import org.unmute.data.scene.SyntheticScenes;

/** {@code soundscape --background}: long recordings with few events. */
class SparseHoursTest {
    @TempDir
    static Path folder;

    private static Path sources;
    private static Path field;

    @BeforeAll
    static void recordings() throws IOException {
        sources = folder.resolve("sources");
        StringBuilder manifest = new StringBuilder("file,category,fold\n");
        for (Sound sound : List.of(Sound.BELL, Sound.SIREN)) {
            Files.createDirectories(sources.resolve(sound.label()));
            for (int i = 1; i <= 4; i++) {
                String name = sound.label() + "/" + i + ".wav";
                Wav.write(sources.resolve(name), Synthesizer.event(sound, i), 16000);
                manifest.append(name + "," + sound.label() + "," + i + "\n");
            }
        }
        Files.writeString(folder.resolve("labels.csv"), manifest);
        field = Files.createDirectories(folder.resolve("field"));
        for (int i = 0; i < 3; i++) {
            float[] samples = new float[(20 + 5 * i) * 22050];
            for (int s = 0; s < samples.length; s++) {
                samples[s] = (float) (0.02 * Math.sin(s * (0.11 + i * 0.05)) * Math.sin(s * 1e-3 + i));
            }
            Wav.write(field.resolve("site" + i + ".wav"), samples, 22050);
        }
    }

    private static Ran hours(String target, Object... more) {
        Object[] first = {"soundscape", "--out", folder.resolve(target), "--rate", 8000, "--seed", 3};
        return Ran.unmute(Ran.with(first, more));
    }

    private static JsonNode record(String target) throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve(target).resolve("run.json").toFile())
                .get("results");
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> root.relativize(f).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        Object[] command = {"--background", field, "--background-kinds", "pink,hum", "--sources", sources};
        Object[] more = {"--duration", 120, "--count", 2, "--events-per-hour", 120};
        hours("same-a", Ran.with(command, more)).endsWith(ExitCode.OK);
        hours("same-b", Ran.with(command, more)).endsWith(ExitCode.OK);
        List<String> written = files(folder.resolve("same-a"));
        assertThat(written).isEqualTo(files(folder.resolve("same-b"))).contains("test/000001.wav", "sources.csv");
        for (String file : written) {
            if (!file.endsWith(".json") && !file.endsWith("lock")) {
                assertThat(folder.resolve("same-b").resolve(file))
                        .hasSameBinaryContentAs(folder.resolve("same-a").resolve(file));
            }
        }
        try (AudioStream stream = AudioFiles.open(folder.resolve("same-a/test/000000.wav"))) {
            assertThat(stream.frames()).hasValue(120 * 8000);
            assertThat(stream.warnings()).isEmpty();
        }
        assertThat(Files.size(folder.resolve("same-a/test/000000.wav"))).isEqualTo(44 + 2 * 120 * 8000);
        assertThat(record("same-a").at("/splits/test/events/bell").asInt()).isPositive();
        // A finished folder is not overwritten.
        Ran again = hours("same-a", Ran.with(command, more)).endsWith(ExitCode.FAILED);
        assertThat(again.err()).contains("not overwritten");
    }

    @Test
    void splitsShareNothing() throws IOException {
        Object[] command = {"--background", field, "--background-kinds", "wind,brown", "--sources", sources};
        Object[] more = {"--duration", 60, "--count", 6, "--events-per-hour", 400, "--crossfade", 0.2};
        hours("splits", Ran.with(Ran.with(command, more), "--split", "train=0.5,validation=0.25,test=0.25"))
                .endsWith(ExitCode.OK);
        JsonNode splits = record("splits").get("splits");
        Set<String> names = new TreeSet<>();
        int recordings = 0;
        Set<String> all = new HashSet<>();
        int listed = 0;
        for (String split : List.of("train", "validation", "test")) {
            names.add(split);
            JsonNode of = splits.get(split);
            recordings += of.get("recordings").asInt();
            assertThat(of.get("sources")).hasSizeGreaterThanOrEqualTo(2);
            assertThat(of.get("background")).hasSize(1);
            assertThat(of.get("backgroundKinds")).hasSize(2);
            List<String> used = new ArrayList<>();
            of.get("sources").fieldNames().forEachRemaining(used::add);
            of.get("background").forEach(b -> used.add(b.get("file").asText()));
            of.get("recordingSeeds").forEach(s -> used.add(s.asText()));
            all.addAll(used);
            listed += used.size();
            // The table names the same sources as the record.
            for (String line : Files.readAllLines(folder.resolve("splits/sources.csv"))) {
                if (line.startsWith(split + "/")) {
                    assertThat(used).contains(line.split(",")[4]);
                }
            }
            for (String line : Files.readAllLines(folder.resolve("splits/background.csv"))) {
                if (line.startsWith(split + "/") && !line.contains("synth:")) {
                    assertThat(used).contains(line.split(",")[3]);
                }
            }
            assertThat(folder.resolve("splits/" + split + "-events.tsv")).exists();
        }
        assertThat(recordings).isEqualTo(6);
        assertThat(all).hasSize(listed);
        assertThat(splits.size()).isEqualTo(names.size());
    }

    @Test
    void foldsOfAManifestDecideTheSplit() throws IOException {
        Object[] command = {"--manifest", folder.resolve("labels.csv"), "--audio", sources, "--duration", 60};
        hours(
                        "folds",
                        Ran.with(
                                command,
                                "--train-folds",
                                "1,2",
                                "--test-folds",
                                "4",
                                "--split",
                                "train=0.5,test=0.5",
                                "--count",
                                2,
                                "--events-per-hour",
                                600))
                .endsWith(ExitCode.OK);
        for (String line :
                Files.readAllLines(folder.resolve("folds/sources.csv")).subList(1, 10)) {
            assertThat(line.split(",")[4]).matches(line.startsWith("test/") ? ".*/4.wav" : ".*/[12].wav");
        }
        Ran refused = hours("x", Ran.with(command, "--test-folds", "4", "--split", "train=1,test=1", "--count", 2))
                .endsWith(ExitCode.USAGE);
        assertThat(refused.err()).contains("no folds are given for train");
    }

    @Test
    void pureBackgroundHasNoEvent() throws IOException {
        hours("quiet", "--duration", 30, "--count", 2, "--events-per-hour", 0).endsWith(ExitCode.OK);
        assertThat(Files.readString(folder.resolve("quiet/test-events.tsv")))
                .isEqualTo("filename\tonset\toffset\tevent_label\ntest/000000.wav\t\t\t\ntest/000001.wav\t\t\t\n");
        AnnotationTable table = AnnotationTable.read(folder.resolve("quiet/test-events.tsv"));
        assertThat(table.annotations()).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("quiet/sources.csv"))).hasSize(1);
        // Rain, engine and crackle are classes here.
        assertThat(record("quiet").at("/splits/test/backgroundKinds").toString())
                .isEqualTo("[\"pink\",\"brown\",\"wind\",\"hum\",\"insects\"]");
    }

    @Test
    void whatAnUnfinishedRunLeftIsReplacedAndOtherFilesStay() throws IOException {
        Path made = folder.resolve("unfinished");
        Path inTheWay = Files.createDirectories(made.resolve("run.json/x"));
        hours("unfinished", "--duration", 10, "--count", 3).endsWith(ExitCode.FAILED);
        Files.writeString(made.resolve("test/mine.wav"), "mine");
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertThat(made.resolve("manifest.csv")).doesNotExist();
        assertThat(made.resolve("test/000002.wav")).exists();
        hours("unfinished", "--duration", 10).endsWith(ExitCode.OK);
        assertThat(files(made.resolve("test"))).containsExactly("000000.wav", "mine.wav");
        assertThat(Files.readAllLines(made.resolve("manifest.csv"))).hasSize(2);
    }

    @Test
    void backgroundsThatCannotBeUsedAreSkippedAndListed() throws IOException {
        Path mixed = Files.createDirectories(folder.resolve("mixed"));
        Files.copy(field.resolve("site0.wav"), mixed.resolve("good.wav"));
        Files.copy(field.resolve("site0.wav"), mixed.resolve("twin.wav"));
        Files.copy(sources.resolve("bell/1.wav"), mixed.resolve("bell.wav"));
        Files.writeString(mixed.resolve("text.wav"), "no sound");
        Wav.write(mixed.resolve("silent.wav"), new float[80000], 8000);
        Wav.write(mixed.resolve("short.wav"), new float[] {0.1f, 0.2f}, 8000);
        Ran ran = hours("skipped", "--background", mixed, "--sources", sources, "--duration", 30)
                .endsWith(ExitCode.OK);
        JsonNode skipped = record("skipped").get("notUsed");
        assertThat(skipped).hasSize(5);
        assertThat(skipped.get("twin.wav").asText()).isEqualTo("the same bytes as good.wav");
        assertThat(skipped.get("bell.wav").asText()).isEqualTo("the same bytes as bell/1.wav");
        assertThat(skipped.get("text.wav").asText()).contains("not a sound file");
        assertThat(skipped.get("silent.wav").asText()).contains("it is silent");
        assertThat(skipped.get("short.wav").asText()).contains("0.00 s long, and cross-fades need 3.00 s");
        assertThat(ran.err()).contains("not used: text.wav").contains("not used: short.wav");
        Ran none = hours("x", "--background", mixed.resolve("text.wav"), "--duration", 30)
                .endsWith(ExitCode.INPUT);
        assertThat(none.err()).contains("none of 1 recordings can be used: the first, text.wav");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--duration 5 | 2 | [10, 86400] s: 5.0",
                "--duration 60 --events-per-hour -1 | 2 | [0, 3600]: -1.0",
                "--duration 60 --count 0 | 2 | --count must lie in [1, 100000]: 0",
                "--duration 60 --snr 9..3 | 2 | 9.0 to 3.0",
                "--duration 60 --snr x | 2 | such as 0..20",
                "--duration 60 --crossfade 60 | 2 | [0.01, 5] s: 60.0",
                "--duration 60 --split train=1,dev=1 --count 2 | 2 | 'dev'",
                "--duration 60 --split train=1,test=1 | 2 | 1 recordings (--count) cannot be divided among 2 splits",
                "--duration 60 --background-kinds snow | 2 | 'snow'",
                "--duration 60 --sounds moo | 2 | 'moo'",
                "--duration 60 --background nowhere | 3 | nowhere",
                "--duration 60 --sources nowhere | 3 | no such folder",
                "--duration 60 --seconds 5 | 2 | --seconds is an option of scenes",
                "--duration 60 --stems s | 2 | --stems is an option of scenes",
                "--duration 60 --train-folds 1 | 2 | folds are those of --manifest",
                "--duration 60 --manifest m.csv | 2 | --manifest and --audio belong together",
                "--count 2 --sounds bell --sources s | 2 | choose one of --sounds, --sources and --manifest",
                "--train 3 | 2 | missing option --manifest"
            })
    void mistakesAreNamedBeforeAnythingIsWritten(String options, int status, String message) {
        Ran ran = hours("never", (Object[]) options.split(" ")).endsWith(status);
        assertThat(ran.err().lines().findFirst().orElseThrow())
                .startsWith("unmute soundscape: ")
                .contains(message);
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @Test
    void aClassWithFewerSourcesThanSplitsIsNamed() {
        Ran ran = hours(
                        "never",
                        "--sources",
                        sources,
                        "--duration",
                        60,
                        "--count",
                        9,
                        "--background",
                        field.resolve("site0.wav"),
                        "--split",
                        "train=0.90,validation=0.05,test=0.05")
                .endsWith(ExitCode.USAGE);
        // Four sources suffice for three splits, but a twentieth of 20 s is shorter than three cross-fades.
        assertThat(ran.err()).contains("site0.wav: its stretch for validation is 0.99 s long");
        Path few = folder.resolve("few");
        Ran none = hours("never", "--sources", few, "--duration", 60).endsWith(ExitCode.INPUT);
        assertThat(none.err()).contains("no such folder");
    }

    @Test
    void aKindOfNoiseThatSoundsLikeAClassIsTold() {
        Ran ran = hours("rainy", "--duration", 10, "--sounds", "rain", "--background-kinds", "rain")
                .endsWith(ExitCode.OK);
        assertThat(ran.err()).contains("background kind rain sounds like class rain");
    }

    /** From sparse hours to detections and their scores, using only commands. */
    @Test
    void detectorsAreMeasuredOnThem() throws IOException {
        Path scenes = folder.resolve("scenes");
        new SyntheticScenes(SyntheticScenes.Options.standard(), 5).write(scenes, 20, 1);
        Path cache = folder.resolve("cache");
        Path run = folder.resolve("run");
        Ran.unmute("embed", "-q", "--audio", scenes, "--out", cache).endsWith(ExitCode.OK);
        Object[] probe = {"probe", "-q", "--probe", "protobin", "--cache", cache, "--epochs", 2, "--seeds", 1};
        Ran.unmute(Ran.with(probe, "--labels", scenes.resolve("manifest.csv"), "--out", run))
                .endsWith(ExitCode.OK);
        Path made = folder.resolve("made");
        Object[] sparse = {"soundscape", "-q", "--duration", 20, "--count", 3, "--events-per-hour", 60, "--out", made};
        Ran.unmute(sparse).endsWith(ExitCode.OK);
        Path events = made.resolve("test-events.tsv");
        Path clips = folder.resolve("clips.csv");
        Ran.unmute("labels", "-q", events, "--audio", made, "--clip", 5, "--out", clips)
                .endsWith(ExitCode.OK);
        assertThat(Files.readString(clips)).contains("test/000002.wav");
        Path embedded = folder.resolve("embedded");
        Ran.unmute("embed", "-q", "--audio", made, "--out", embedded).endsWith(ExitCode.OK);
        Path found = folder.resolve("found");
        Ran.unmute("detect", "-q", "--probe", run, "--audio", made, "--out", found)
                .endsWith(ExitCode.OK);
        JsonNode detected = Ran.unmute(
                        "eval",
                        "--json",
                        "-q",
                        "--bootstrap",
                        0,
                        "--events",
                        events,
                        "--detections",
                        found,
                        "--audio",
                        made)
                .endsWith(ExitCode.OK)
                .json();
        assertThat(detected.get("recordings").asInt()).isEqualTo(3);
        assertThat(detected.get("hours").asDouble()).isEqualTo(60 / 3600.0);
        JsonNode scored = Ran.unmute(Ran.with(
                        new Object[] {"eval", "--json", "-q", "--bootstrap", 0, "--events", events, "--run", run},
                        "--cache",
                        embedded,
                        "--audio",
                        made))
                .endsWith(ExitCode.OK)
                .json();
        assertThat(scored.at("/metrics/psds1/mean").isNumber()).isTrue();
    }
}
