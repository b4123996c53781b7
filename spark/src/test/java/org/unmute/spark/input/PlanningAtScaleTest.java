package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.LocalSpark;

/** Fifty thousand clips: each clip is planned, and no task is large. See {@link PlanningAtScale} for measurements. */
@FullBuild("plans 50,000 clips four times")
class PlanningAtScaleTest {
    private static final int ROWS = 50_000;

    @ParameterizedTest
    @ValueSource(strings = {"csv", "parquet", "parts", "folder"})
    void manyClipsArePlannedInSmallTasks(String kind, @TempDir Path temp) throws IOException {
        PlanningAtScale.Taken taken = PlanningAtScale.plan(new LocalSpark(), kind, ROWS, temp);
        assertThat(taken.plan().clips()).isEqualTo(ROWS);
        assertThat(taken.plan().unknown()).isZero();
        assertThat(taken.largestTask()).isLessThan(1 << 20); // Spark warns above this size
    }
}
