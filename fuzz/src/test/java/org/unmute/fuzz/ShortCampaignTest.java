package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

@FullBuild("starts the fuzzer")
class ShortCampaignTest {
    @TempDir
    Path state;

    private int campaign(StringWriter out, String executions, String... targets) {
        List<String> args = new ArrayList<>(List.of("--seconds", "300", "--executions", executions, "--seed", "1"));
        args.addAll(
                List.of("--state", state.toString(), "--root", SourceTree.root().toString()));
        args.addAll(List.of(targets));
        return Campaign.run(new PrintWriter(out), args.toArray(String[]::new));
    }

    @Test
    void noReaderDoesWhatItMustNotDo() throws IOException {
        StringWriter out = new StringWriter();
        int status = campaign(out, "2000", "mixed");
        assertThat(status).as(out.toString()).isEqualTo(Campaign.CLEAN);
        TargetProgress progress = TargetProgress.of(state.resolve("mixed"));
        assertThat(progress.executions()).isGreaterThanOrEqualTo(2000);
        assertThat(progress.edges()).isGreaterThan(5000);
        assertThat(state.resolve("summary.md")).content().contains("| mixed | ");
    }

    @Test
    void aCampaignGoesOnWhereItStopped() throws IOException {
        StringWriter out = new StringWriter();
        assertThat(campaign(out, "500", "npy")).as(out.toString()).isEqualTo(Campaign.CLEAN);
        TargetProgress before = TargetProgress.of(state.resolve("npy"));
        assertThat(before.executions()).isBetween(500L, 510L);
        campaign(out, "500", "npy");
        assertThat(TargetProgress.of(state.resolve("npy"))).as("it is done").isEqualTo(before);
        campaign(out, "1500", "npy");
        TargetProgress after = TargetProgress.of(state.resolve("npy"));
        assertThat(after.executions()).isBetween(1500L, 1510L);
        assertThat(after.edges()).isGreaterThanOrEqualTo(before.edges());
        assertThat(after.seconds()).isGreaterThan(before.seconds());
    }
}
