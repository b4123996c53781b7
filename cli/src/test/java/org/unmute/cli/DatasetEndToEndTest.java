package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.TokenCache;

/**
 * {@code datasets}, and {@code --dataset} for embedding, probing and scoring, on a small URBAN-SED and other sets
 * created here.
 */
class DatasetEndToEndTest {
    private static final List<String> CLASSES = List.of("siren", "drilling", "dog_bark");

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path urban;
    private static Path cache;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        Path scenes = folder.resolve("scenes");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5).write(scenes, 12, 0);
        urban = folder.resolve("URBAN-SED");
        String[] parts = {"train", "validate", "test"};
        for (int i = 0; i < 12; i++) {
            String part = parts[i % 3];
            Path audio = Files.createDirectories(urban.resolve("audio").resolve(part));
            Path annotations =
                    Files.createDirectories(urban.resolve("annotations").resolve(part));
            Files.copy(scenes.resolve(String.format("train/%06d.wav", i)), audio.resolve("soundscape_" + i + ".wav"));
            Files.writeString(
                    annotations.resolve("soundscape_" + i + ".txt"),
                    "0.1\t0.5\t" + CLASSES.get(i / 3 % 3) + "\n0.2\t0.4\t" + CLASSES.get((i / 3 + 1) % 3) + "\n");
        }
        cache = folder.resolve("cache");
        Ran embedded = Ran.ok("embed", "--encoder", encoder, "--dataset", "urban", "--root", urban, "--out", cache);
        assertThat(embedded.err())
                .contains("dataset urban train: 4 clips, 0 missing, 0 unusable", "dataset urban test: 4 clips");
    }

    @Test
    void theTableNamesAllSets() {
        Ran ran = Ran.ok("datasets");
        assertThat(ran.out())
                .containsPattern("fsd50k +FSD50K +200 +36796 +4170 +10231 +mAP +- +FSD50K.ground_truth/")
                .containsPattern("esc50 +ESC-50 +50 +1600 +- +400 +accuracy +5 +meta/esc50.csv")
                .contains("nbp", "HSN_metadata_train.parquet");
        JsonNode json = Ran.ok("datasets", "--json").json();
        assertThat(json).hasSize(18);
    }

    @Test
    void aSetIsExplainedWithItsTree() {
        Ran ran = Ran.ok("datasets", "sc2");
        assertThat(ran.out())
                .contains("Speech Commands v0.02", "12, accuracy", "validation_list.txt", "CC BY 4.0")
                .contains("train 84843, validation 9981, test 11005");
        assertThat(Ran.ok("datasets", "sc2", "--json").json().at("/clips/train").asInt())
                .isEqualTo(84_843);
        Ran.unmute("datasets", "sc3").fails(ExitCode.USAGE, "'sc3' is not known: there are as20k");
        Ran.unmute("datasets", "--root", folder).fails(ExitCode.USAGE, "needs the NAME");
    }

    @Test
    void aFolderIsCounted() throws IOException {
        Path table = Files.createDirectories(folder.resolve("counted"));
        Wav.write(table.resolve("a.wav"), new float[16_000], 16_000);
        Files.writeString(table.resolve("clips.csv"), "path,labels,split\na.wav,x,train\nb.wav,y,train\n");
        assertThat(Ran.ok("datasets", "table", "--root", table).out())
                .containsPattern("train +1 +2 +1 +0 +-")
                .contains("train: b.wav (clips.csv:3): no such recording");
        assertThat(Ran.ok("datasets", "urban", "--root", urban, "--json")
                        .json()
                        .at("/validation/clips")
                        .asInt())
                .isEqualTo(4);
        Ran.unmute("datasets", "urban", "--root", table)
                .fails(ExitCode.INPUT, "no folder", "'unmute datasets urban' prints");
    }

    @Test
    void aProbeIsTrainedAndScoredOnADataSet() throws IOException {
        Path run = folder.resolve("run");
        Ran probe = Ran.ok(
                "probe --probe protobin --cache {} --dataset urban --root {} --split train,validation "
                        + "--epochs 1 --out {}",
                cache,
                urban,
                run);
        assertThat(probe.out()).contains("8 clips");
        JsonNode record = Json.read(run.resolve("run.json")).get("results");
        assertThat(record.at("/dataset/parts/validation/clips").asInt()).isEqualTo(4);
        assertThat(record.get("classes")).hasSize(10);
        String hash = Sha256.of(urban.resolve("audio/train/soundscape_0.wav"));
        assertThat(Files.readAllLines(run.resolve("clips.csv")))
                .hasSize(9)
                .startsWith(
                        "file,start,end,labels,split,sha256",
                        "audio/train/soundscape_0.wav,,,siren;drilling,train," + hash);
        Ran eval = Ran.ok("eval -q --probe {} --cache {} --dataset urban --root {} --bootstrap 20", run, cache, urban);
        assertThat(eval.out()).contains("4 clips, 7 of 10 classes have no clip");
        assertThat(Files.readAllLines(run.resolve("eval-clips.csv")))
                .hasSize(5)
                .element(1)
                .asString()
                .startsWith("audio/test/soundscape_11.wav,,,");
        // The recorded clips are a valid label file.
        assertThat(Ran.ok(
                                "probe -q --probe linear --cache {} --labels {} --epochs 1 --out {}",
                                cache,
                                run.resolve("clips.csv"),
                                folder.resolve("again"))
                        .out())
                .contains("8 clips");
        assertThat(Files.readAllLines(cache.resolve("clips.csv"))).hasSize(13);
    }

    @Test
    void partsOfRecordingsAreClips() throws IOException {
        Path root = Files.createDirectories(folder.resolve("parts"));
        float[] samples = new float[48_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i * (i < 16_000 ? 0.1 : 0.3)) / 2;
        }
        Wav.write(root.resolve("long.wav"), samples, 16_000);
        Wav.write(root.resolve("first.wav"), Arrays.copyOf(samples, 16_000), 16_000);
        Files.writeString(
                root.resolve("clips.csv"),
                "path,start,end,labels,split\nlong.wav,0,1,low,train\nlong.wav,1,3,high,train\nfirst.wav,,,low,train\n"
                        + "long.wav,7,8,low,train\n");
        Path out = folder.resolve("parts-cache");
        Ran ran = Ran.ok("embed", "--encoder", encoder, "--dataset", "table", "--root", root, "--out", out);
        assertThat(ran.out())
                .contains("3 clips (3 embedded now")
                .contains("skipped long.wav#7-8: clip 'long.wav#7-8': it begins at 7.0 s, but the recording ends at"
                        + " 3.0 s");
        try (TokenCache tokens = TokenCache.open(out)) {
            assertThat(tokens.read("long.wav#0-1").tokens())
                    .isEqualTo(tokens.read("first.wav").tokens());
            assertThat(tokens.read("long.wav#1-3").tokens())
                    .isNotEqualTo(tokens.read("long.wav#0-1").tokens());
        }
        assertThat(Files.readAllLines(out.resolve("clips.csv")))
                .hasSize(4)
                .element(2)
                .asString()
                .startsWith("long.wav,1,3,high,train,");
        // Uses the same table as a plain list and as a label file.
        Path again = folder.resolve("parts-again");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", root.resolve("clips.csv"), "--out", again);
        assertThat(Ran.ok(
                                "probe -q --probe linear --cache {} --labels {} --epochs 1 --out {}",
                                again,
                                root.resolve("clips.csv"),
                                folder.resolve("parts-run"))
                        .out())
                .contains("3 clips", "long.wav#7-8");
    }

    /**
     * Data sets with one class per clip default to cross-entropy, all others to the asymmetric loss; an explicit choice
     * takes precedence.
     */
    @Test
    void theLossFollowsTheDataSet() throws IOException {
        Path root = folder.resolve("classes");
        float[] samples = new float[16_000];
        for (int i = 0; i < 4; i++) {
            samples[i * 100] = 0.5f;
            Wav.write(
                    Files.createDirectories(root.resolve(i < 2 ? "cat" : "dog")).resolve(i + ".wav"), samples, 16_000);
        }
        Path tokens = folder.resolve("classes-cache");
        Ran.ok("embed", "-q", "--encoder", encoder, "--dataset", "folder", "--root", root, "--out", tokens);
        Object[] probe = {
            "probe", "-q", "--probe", "linear", "--cache", tokens, "--dataset", "folder", "--root", root, "--epochs", 1
        };
        Path out = folder.resolve("classes-run");
        with(probe, "--out", out).prints("loss ce (the data set has one class a clip");
        JsonNode results = Json.read(out.resolve("run.json")).get("results");
        assertThat(results.get("loss").asText()).startsWith("loss ce");
        assertThat(results.at("/runs/seed 0/settings/loss").asText()).isEqualTo("ce");
        assertThat(Ran.ok(
                                "eval -q --probe {} --cache {} --dataset folder --root {} --split train --bootstrap 0",
                                out,
                                tokens,
                                root)
                        .out())
                .contains("accuracy (top-1)");
        Path other = folder.resolve("classes-asl");
        with(probe, "--loss", "asl", "--out", other).prints("loss asl (as given)");
        assertThat(with(probe, "--out", other, "--json", "--loss", "ASL")
                        .endsWith(ExitCode.OK)
                        .json()
                        .get("loss")
                        .asText())
                .isEqualTo("asl");
        with(probe, "--loss", "mse", "--out", other)
                .fails(ExitCode.USAGE, "--loss: 'mse' is not known: there are asl, bce, ce");
        Object[] urbanProbe = {
            "probe", "-q", "--probe", "linear", "--cache", cache, "--epochs", 1, "--out", folder.resolve("urban-loss")
        };
        with(urbanProbe, "--dataset", "urban", "--root", urban).prints("loss asl (the default)");
    }

    @Test
    void optionsThatDoNotFitAreErrorsOfUsage() throws IOException {
        Ran.unmute("embed", "--encoder", encoder, "--out", folder.resolve("x"))
                .fails(ExitCode.USAGE, "give either --audio PATH or --dataset NAME with --root DIR");
        Ran.unmute("embed", "--encoder", encoder, "--out", folder.resolve("x"), "--dataset", "urban")
                .fails(ExitCode.USAGE, "--dataset urban needs --root", "'unmute datasets urban' prints");
        Ran.unmute("embed --encoder {} --out {} --audio {} --split train", encoder, folder.resolve("x"), urban)
                .fails(ExitCode.USAGE, "--split chooses parts of a --dataset");
        Object[] probe = {"probe", "-q", "--probe", "linear", "--cache", cache, "--out", folder.resolve("x")};
        with(probe).fails(ExitCode.USAGE, "give either --labels FILE or --dataset NAME");
        with(probe, "--dataset", "urban", "--root", urban, "--labels", "l.csv").fails(ExitCode.USAGE, "give either");
        with(probe, "--dataset", "urbane", "--root", urban).fails(ExitCode.USAGE, "'urbane' is not known");
        with(probe, "--dataset", "urban", "--root", urban, "--split", "dev")
                .fails(ExitCode.USAGE, "split 'dev' is none of");
        with(probe, "--dataset", "urban", "--root", urban, "--separator", "|")
                .fails(ExitCode.USAGE, "are for --labels");
        with(probe, "--dataset", "urban", "--root", urban, "--max-missing", "2")
                .fails(ExitCode.USAGE, "from 0 to 1: 2.0");
        with(probe, "--dataset", "esc50", "--root", urban).fails(ExitCode.INPUT, "choose the fold to test on");
    }

    private static Ran with(Object[] args, Object... more) {
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }
}
