package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** {@code probe} and {@code eval} on a small cache, with labels that fit it and labels that do not. */
class ProbeEndToEndTest {
    private static final int TRAIN = 12;
    private static final int TEST = 6;

    @TempDir
    static Path folder;

    private static Path cache;
    private static Path labels;
    private static Path run;

    @BeforeAll
    static void prepare() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, TRAIN, TEST);
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache);
        labels = Files.writeString(folder.resolve("labels.csv"), labels(""));
        run = folder.resolve("run");
        Ran trained = probe(labels, run, "--seeds", "0,1").endsWith(ExitCode.OK);
        assertThat(trained.out())
                .contains("protobin, seed 0:", "protobin, seed 1:")
                .contains(TRAIN + " clips");
        assertThat(run.resolve("probe-seed1.safetensors")).exists();
        assertThat(trained.out()).containsPattern("in the last of 2, [0-9.]+ clips/s");
        JsonNode first = Json.read(run.resolve("run.json")).at("/results/runs/seed 0");
        assertThat(first.get("clipsPerSecond").asDouble()).isPositive();
        Ran again = probe(labels, run, "--seeds", "0,1", "--json").endsWith(ExitCode.OK);
        assertThat(again.json().at("/runs/seed 0/clipsPerSecond").isNull())
                .as("nothing was trained")
                .isTrue();
    }

    /** Every clip has a bee or a crow; only training clips have dogs. */
    private static String labels(String more) {
        StringBuilder text = new StringBuilder("file,labels,split\n");
        for (int i = 0; i < TRAIN; i++) {
            text.append(String.format(
                    "train/%06d.wav,%s%s,train%n", i, i % 2 == 0 ? "bee" : "crow", i % 3 == 0 ? ";dog" : ""));
        }
        for (int i = 0; i < TEST; i++) {
            text.append(String.format("test/%06d.wav,%s,test%n", i, i % 2 == 0 ? "bee" : "crow"));
        }
        return text + more;
    }

    private static Path file(String name, String more) throws IOException {
        return Files.writeString(folder.resolve(name), labels(more));
    }

    private static Ran probe(Path file, Path out, Object... more) {
        Object[] args = {
            "probe", "-q", "--probe", "protobin", "--cache", cache, "--labels", file, "--epochs", 2, "--out", out
        };
        Object[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    private static Ran eval(Path file, Object... more) {
        Object[] args = {"eval", "-q", "--probe", run, "--cache", cache, "--labels", file, "--bootstrap", 50};
        Object[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    @Test
    void evalPrintsBothAveragesAndNamesTheAbsentClass() throws IOException {
        Ran ran = eval(labels, "--per-class").endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains(TEST + " clips, 1 of 3 classes have no clip in this set: dog")
                .contains("mAP (macro, present classes)", "mAP (macro, absent classes as 0)", "sd over seeds");
        JsonNode results = Json.read(run.resolve("eval.json")).get("results");
        double present = results.at("/metrics/mAP_macro_skip/mean").asDouble();
        double all = results.at("/metrics/mAP_macro_sklearn_raw/mean").asDouble();
        assertThat(present).isBetween(0.0, 1.0);
        assertThat(all).isCloseTo(present * 2 / 3, org.assertj.core.api.Assertions.within(1e-12));
        assertThat(results.get("absentClasses")).hasSize(1);
        assertThat(results.at("/averagePrecision/dog").isNull()).isTrue();
        assertThat(results.get("runs").asInt()).isEqualTo(2);
        assertThat(eval(labels, "--json")
                        .endsWith(ExitCode.OK)
                        .json()
                        .at("/metrics/mAP_macro_skip/mean")
                        .asDouble())
                .isEqualTo(present);
    }

    /** If the error were found only on saving the probe, the whole training would be lost. */
    @Test
    void aClassWithAControlCharacterIsRefusedBeforeTheTraining() throws IOException {
        Path hostile = file("hostile.csv", "train/more.wav,\"cr\u001B[31mow\",train\n");
        Path out = folder.resolve("run-hostile");
        Ran ran = probe(hostile, out).endsWith(ExitCode.INPUT);
        assertThat(ran.err())
                .isEqualTo(
                        "unmute probe: " + hostile + ": class 'cr\uFFFD[31mow' holds the control character U+001B, with"
                                + " which no probe can be saved: rename the class" + System.lineSeparator());
        assertThat(out.resolve("checkpoint-seed0.safetensors")).doesNotExist();
    }

    @Test
    void aTrainingThatDivergesIsNoBug() throws IOException {
        Ran ran = probe(labels, folder.resolve("run-diverged"), "--lr", "1e30").endsWith(ExitCode.FAILED);
        assertThat(ran.err())
                .startsWith("unmute probe: training: ")
                .contains("use a lower learning rate")
                .doesNotContain("bug", "    at ");
        assertThat(ran.err().lines()).hasSize(1);
    }

    @Test
    void withJsonAnErrorIsJsonToo() throws IOException {
        Ran ran = probe(labels, folder.resolve("run-json"), "--lr", "1e30", "--json")
                .endsWith(ExitCode.FAILED);
        assertThat(ran.json().at("/error/command").asText()).isEqualTo("unmute probe");
        assertThat(ran.json().at("/error/status").asInt()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.json().at("/error/reason").asText()).isEqualTo("failed");
        assertThat(ran.err())
                .isEqualTo("unmute probe: " + ran.json().at("/error/message").asText() + System.lineSeparator());
        Ran wrong =
                probe(labels, folder.resolve("run-json"), "--json", "--no-such").endsWith(ExitCode.USAGE);
        assertThat(wrong.json().at("/error/message").asText()).contains("'--no-such'");
        assertThat(wrong.json().at("/error/reason").asText()).isEqualTo("usage");
        Ran missing = Ran.unmute(
                        "eval", "--json", "--probe", folder.resolve("nowhere"), "--cache", cache, "--labels", labels)
                .endsWith(ExitCode.INPUT);
        assertThat(missing.json().at("/error/message").asText()).contains("nowhere");
        assertThat(missing.json().at("/error/bug").asBoolean(true)).isFalse();
    }

    /** The file was modified, or written by a program that does not check for NaN. */
    @Test
    void aProbeWithNanIsNamedWithItsFile() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("run-nan")).resolve("probe-seed0.safetensors");
        Path plain = folder.resolve("run-plain");
        probe(labels, plain, "--thresholds", "none").endsWith(ExitCode.OK);
        try (SafetensorsFile whole = SafetensorsFile.open(plain.resolve("probe-seed0.safetensors"))) {
            SafetensorsWriter out = new SafetensorsWriter();
            whole.metadata().forEach((key, value) -> {
                if (!key.equals("unmute_digest")) {
                    out.metadata(key, key.equals("format") ? "unmute-probe-1" : value); // this version needs no digest
                }
            });
            for (String name : whole.names()) {
                float[] values = whole.floats(name);
                if (name.equals("probe.fc.weight")) {
                    values[values.length - 1] = Float.NaN;
                }
                out.add(name, whole.shape(name), values);
            }
            out.write(broken);
        }
        Ran ran = Ran.unmute("eval", "-q", "--probe", broken.getParent(), "--cache", cache, "--labels", labels)
                .endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains(broken.toString()).contains("fc.weight").contains("NaN");
    }

    @Test
    void aClassThatTheProbeDoesNotKnowEndsTheEvaluation() throws IOException {
        Ran ran = eval(file("wolf.csv", "test/extra.wav,wolf,test\n")).endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains("wolf.csv:" + (TRAIN + TEST + 2)).contains("unknown label 'wolf'");
    }

    @Test
    void labelledFilesThatAreNotThereAreNamed() throws IOException {
        Path more = file("more.csv", "train/gone.wav,bee,train\ntest/gone.wav,bee,test\n");
        probe(more, folder.resolve("run-more")).prints("1 labelled files are not in the cache", "train/gone.wav");
        eval(more).prints("1 labelled files are missing and not scored: test/gone.wav");
        Path strange = Files.writeString(folder.resolve("strange.csv"), "file,label\nelsewhere/a.wav,bee\n");
        eval(strange).fails(ExitCode.INPUT, "none of the 1 labelled files is in the token cache");
    }

    @Test
    void inputsThatAreMissingOrDoNotFitAreErrorsOfTheInput() throws IOException {
        probe(folder.resolve("nowhere.csv"), folder.resolve("r")).fails(ExitCode.INPUT, "nowhere.csv");
        probe(labels, folder.resolve("r"), "--split", "valid")
                .fails(ExitCode.INPUT, "no clips in split [valid]", "[train, test]", "--split");
        eval(labels, "--split", "valid").fails(ExitCode.INPUT, "no clips in split [valid]");
        Path unlabelled = Files.writeString(folder.resolve("unlabelled.csv"), "file,labels\ntrain/000000.wav,\n");
        probe(unlabelled, folder.resolve("r")).fails(ExitCode.INPUT, "no clip has a label");
        Ran.unmute(
                        "eval --probe {} --cache {} --labels {}",
                        Files.createDirectories(folder.resolve("empty-run")),
                        cache,
                        labels)
                .fails(ExitCode.INPUT, "holds no trained probe");
        Path broken = Files.createDirectories(folder.resolve("broken-run"));
        Files.writeString(broken.resolve("probe-seed0.safetensors"), "torn");
        Ran.unmute("eval", "-q", "--probe", broken, "--cache", cache, "--labels", labels)
                .fails(ExitCode.INPUT, "probe-seed0.safetensors");
        Ran.unmute("eval", "-q", "--probe", run, "--cache", folder.resolve("nowhere"), "--labels", labels)
                .fails(ExitCode.INPUT, "nowhere");
    }

    @Test
    void everyProbeOfOneLayerRunsFromTheCommandLine() throws IOException {
        String help = Ran.ok("probe", "--help-all").out();
        for (String name : Probes.names()) {
            assertThat(help).contains(name);
            Path out = folder.resolve("run-" + name);
            Ran ran = Ran.unmute(
                    "probe", "-q", "--probe", name, "--cache", cache, "--labels", labels, "--epochs", 1, "--out", out);
            if (Probes.type(name).needsLayers()) {
                ran.fails(ExitCode.INPUT, "tokens of all layers", "last only", "embed --layers");
            } else {
                ran.prints(name + ", seed 0:");
                assertThat(out.resolve("probe-seed0.safetensors")).exists();
            }
        }
    }

    @Test
    void optionsOfAProbeAreSetAndUnknownOnesRefused() throws IOException {
        Path out = folder.resolve("run-ep-options");
        Object[] ep = {"probe", "-q", "--probe", "ep", "--cache", cache, "--labels", labels, "--epochs", 1, "--out", out
        };
        Ran.ok(Ran.with(ep, "--set", "norm=batch", "--set", "queries=4"));
        JsonNode options = Json.read(out.resolve("run.json")).at("/results/runs/seed 0/options");
        assertThat(options.path("norm").asText()).isEqualTo("batch");
        assertThat(options.path("queries").asText()).isEqualTo("4");
        Ran.unmute(Ran.with(ep, "--set", "norms=batch")).fails(ExitCode.USAGE, "no option 'norms'", "queries, norm");
        Ran.unmute(Ran.with(ep, "--heads", "4")).fails(ExitCode.USAGE, "no option 'heads'");
        Ran.unmute(Ran.with(ep, "--norms", "batch")).fails(ExitCode.USAGE, "--norms");
        Ran.unmute(Ran.with(ep, "--set", "norm")).fails(ExitCode.USAGE, "name=value");
    }

    @Test
    void everyOptionOfAProbeHasAShortForm() throws IOException {
        String help = Ran.ok("probe", "--help-all").out();
        assertThat(Ran.ok("help", "probe").out())
                .isEqualTo(Ran.ok("probe", "--help").out());
        for (String name : Probes.names()) {
            for (String option : Probes.type(name).options()) {
                assertThat(help).containsPattern("(?m)^ +" + name + " .*\\b" + option + "\\b");
                String without = Probes.names().stream()
                        .filter(other -> !Probes.type(other).options().contains(option))
                        .findFirst()
                        .orElseThrow();
                Ran.unmute(
                                "probe --probe {} {} x --cache {} --labels {} --out {}",
                                without,
                                "--" + option,
                                cache,
                                labels,
                                folder.resolve("run-none"))
                        .fails(ExitCode.USAGE, "probe " + without + " has no option '" + option + "'");
            }
        }
        Path out = folder.resolve("run-short");
        Object[] mhca = {
            "probe", "-q", "--probe", "mhca", "--cache", cache, "--labels", labels, "--epochs", 1, "--out", out
        };
        Ran.ok(Ran.with(mhca, "--heads", 4, "--token-norm", "batch"));
        JsonNode options = Json.read(out.resolve("run.json")).at("/results/runs/seed 0/options");
        assertThat(options.path("heads").asText()).isEqualTo("4");
        assertThat(options.path("token-norm").asText()).isEqualTo("batch");
        String of = Ran.error(ExitCode.USAGE, Ran.with(mhca, "--set", "heads=x"));
        assertThat(Ran.error(ExitCode.USAGE, Ran.with(mhca, "--heads", "x")))
                .isEqualTo(of)
                .contains("probe option heads: must be a whole number");
    }

    @Test
    void anOptionOfAProbeHasOneValue() {
        Object[] mhca = Ran.line(
                "probe -q --probe mhca --cache {} --labels {} --epochs 1 --out {}",
                cache,
                labels,
                folder.resolve("run-twice"));
        Ran.unmute(Ran.with(mhca, "--heads", 4, "--set", "heads=8"))
                .fails(ExitCode.USAGE, "--set heads=8", "--heads 4");
        Ran.unmute(Ran.with(mhca, "--heads", 4, "--heads", 8)).fails(ExitCode.USAGE, "--heads 4", "--heads 8");
        Ran.unmute(Ran.with(mhca, "--set", "heads=4", "--set", "heads=8"))
                .fails(ExitCode.USAGE, "--set heads=4", "--set heads=8");
        Ran.ok(Ran.with(mhca, "--heads", 4, "--set", "heads=4"));
    }

    @Test
    void aProbeIsNotScoredOnTokensOfAnotherEncoder() {
        Path other = folder.resolve("cache-other");
        Ran.ok(
                "embed -q --encoder {} --audio {} --out {}",
                TinyEncoder.write(folder, 24),
                folder.resolve("recordings"),
                other);
        Ran.unmute("eval", "-q", "--probe", run, "--cache", other, "--labels", labels)
                .fails(ExitCode.INPUT, "was trained on tokens of another encoder");
    }
}
