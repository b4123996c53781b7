package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.LocalSpark;

/** A tenth of the clips of AudioSet: every clip is planned, and time and memory are far below their bounds. */
@FullBuild("plans 200,000 clips four times")
class PlanningAtScaleTest {
    private static final int ROWS = 200_000;

    @ParameterizedTest
    @ValueSource(strings = {"csv", "parquet", "parts", "folder"})
    void manyClipsArePlannedInSeconds(String kind, @TempDir Path temp) throws IOException {
        try (LocalSpark spark = new LocalSpark()) {
            PlanningAtScale.Taken taken = PlanningAtScale.plan(spark, kind, ROWS, temp);
            assertThat(taken.plan().clips()).isEqualTo(ROWS);
            assertThat(taken.plan().unknown()).isZero();
            assertThat(taken.listing() + taken.sharing()).isLessThan(60); // 120 are allowed to ten times as many
            assertThat(taken.largestTask()).isLessThan(1 << 20); // above, Spark warns
        }
    }
}
