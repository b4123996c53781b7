package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipRow;
import org.unmute.spark.table.TableForms;

/** Parts of an index written by earlier versions. */
class IndexPartsTest {
    @TempDir
    Path temp;

    /** Rewrites parts as the first version did: without the folder that paths are relative to, and without padding. */
    private static void withoutRoot(SampleJob job) throws IOException {
        MessageType before = new MessageType(
                "index",
                TableForms.INDEX.getFields().stream()
                        .filter(column -> !Set.of(TableForms.ROOT, "padding").contains(column.getName()))
                        .toList());
        JobStore store = JobStore.of(job.folder(), job.configuration());
        IndexParts parts = new IndexParts(store);
        for (String name : parts.names(JobFolder.INDEX).values()) {
            String file = JobFolder.INDEX + "/" + name;
            List<Group> rows = new ArrayList<>();
            parts.read(file, before, rows::add);
            try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(store.path(file))
                    .withType(before)
                    .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                    .build()) {
                for (Group row : rows) {
                    writer.write(row);
                }
            }
            Files.deleteIfExists(job.root().resolve(JobFolder.INDEX).resolve("." + name + ".crc"));
        }
        // Versions without the column did not write manifests on a local disk.
        for (String folder : List.of("", JobFolder.TOKENS, JobFolder.INDEX, JobFolder.EVENTS)) {
            Files.deleteIfExists(job.root().resolve(folder).resolve(FileManifest.FILE));
        }
    }

    @Test
    void rowsWithoutARootStayAndGetOneWhenTheyAreWrittenAgain() throws IOException {
        Path scratch = Files.createDirectories(temp.resolve("scratch"));
        SampleJob job =
                new SampleJob("file:" + temp.resolve("job"), scratch, FaultyFileSystem.configuration(), false, 1);
        job.run(SampleJob.clips(0, 6, "1"), 3);
        List<ClipRow> fresh = job.index();
        assertThat(fresh).extracting(row -> row.origin().root()).containsOnly("hdfs://x/");
        withoutRoot(job);
        assertThat(job.index()).extracting(row -> row.origin().root()).containsOnlyNulls();
        assertThat(job.run(SampleJob.clips(0, 6, "1"), 3))
                .as("clips done again")
                .isZero();
        assertThat(job.index()).extracting(row -> row.origin().root()).containsOnlyNulls();

        List<PlannedClip> touched = SampleJob.clips(0, 1, "touched 1");
        assertThat(job.run(touched, 3)).as("clips done again").isZero();
        List<ClipRow> after = job.index();
        assertThat(after)
                .extracting(ClipRow::clip)
                .containsExactlyInAnyOrderElementsOf(
                        fresh.stream().map(ClipRow::clip).toList());
        assertThat(after)
                .filteredOn(row -> row.origin().root() != null)
                .extracting(ClipRow::clip)
                .containsExactly(touched.getFirst().clip());
    }
}
