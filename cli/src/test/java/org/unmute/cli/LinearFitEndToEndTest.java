package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.kernels.contract.FullBuild;

/** Linear probes are fitted to the minimum of their loss, unless options ask for a training by steps. */
class LinearFitEndToEndTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void embed() throws IOException {
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5)
                .write(folder.resolve("clips"), 60, 60);
        Ran.ok("embed", "-q", "--audio", folder.resolve("clips"), "--out", folder.resolve("cache"));
    }

    private static Ran probe(String name, Object... more) {
        List<Object> args =
                new ArrayList<>(List.of("probe", "-q", "--probe", "linear-mean", "--out", folder.resolve(name)));
        args.addAll(List.of("--cache", folder.resolve("cache"), "--labels", folder.resolve("clips/manifest.csv")));
        args.addAll(Arrays.asList(more));
        return Ran.ok(args.toArray());
    }

    private static JsonNode seed(String run) throws IOException {
        return Json.read(folder.resolve(run).resolve("run.json")).at("/results/runs/seed 0");
    }

    private static double map(String run) throws IOException {
        return new ObjectMapper()
                .readTree(Ran.ok(
                                "eval -q --json --probe {} --cache {} --labels {} --split test",
                                folder.resolve(run),
                                folder.resolve("cache"),
                                folder.resolve("clips/manifest.csv"))
                        .out())
                .at("/metrics/mAP_macro_skip/mean")
                .asDouble();
    }

    @Test
    void theDefaultsFindTheMinimum() throws IOException {
        String out = probe("fitted").out();
        assertThat(out)
                .contains("loss bce (the default of linear probes")
                .containsPattern(
                        "loss 0*[1-9]?[.0-9]+ at its minimum after \\d+ steps of L-BFGS, C = [.0-9]+ by the loss");
        JsonNode fit = seed("fitted").path("fit");
        assertThat(fit.at("/leftOut").size()).isEqualTo(9);
        assertThat(fit.at("/minimum/end").asText()).isIn("GRADIENT", "DECREASE");
        assertThat(seed("fitted").path("lastEpochLoss").isNull()).isTrue();
        byte[] probe = Files.readAllBytes(folder.resolve("fitted/probe-seed0.safetensors"));
        probe("again");
        assertThat(folder.resolve("again/probe-seed0.safetensors")).hasBinaryContent(probe);
        Ran.ok("fsck", "-q", folder.resolve("fitted"));

        String paper = probe("paper", "--recipe", "paper").out();
        assertThat(paper).contains("loss asl", "in the first epoch");
        assertThat(seed("paper").path("fit").isNull()).isTrue();
        assertThat(map("fitted")).isGreaterThan(map("paper") + 0.05);
    }

    @Test
    void epochsAndALossDecide() {
        assertThat(probe("epochs", "--epochs", 2).out()).contains("loss asl", "in the first epoch");
        assertThat(probe("bce", "--loss", "bce").out()).contains("loss bce (as given)", "at its minimum");
    }

    @Test
    @FullBuild("trains for all epochs, three times")
    void optionsOfStepsAndLossesDecide() {
        assertThat(probe("rate", "--lr", 0.01, "--loss", "bce").out()).contains("loss bce", "in the first epoch");
        assertThat(probe("asl", "--loss", "asl").out()).contains("loss asl", "in the first epoch");
        assertThat(probe("stretches", "--stretch", 0.5).out()).contains("loss asl", "in the first epoch");
    }
}
