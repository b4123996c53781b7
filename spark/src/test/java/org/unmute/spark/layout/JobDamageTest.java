package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.check.CheckedItem;
import org.unmute.benchmark.check.Finding;
import org.unmute.benchmark.check.FolderCheck;

/** Damage that {@code unmute fsck} finds in the folder of a finished job. */
class JobDamageTest {
    private static final int DAMAGES = 200;
    private static final long SEED = 31;
    private static final int CLIPS = 40;

    private enum Way {
        DELETE,
        CUT,
        EMPTY,
        FLIP
    }

    @TempDir
    Path temp;

    private SampleJob job() throws IOException {
        Files.createDirectories(temp.resolve("scratch"));
        SampleJob job = new SampleJob(
                "file:" + temp.resolve("job"), temp.resolve("scratch"), FaultyFileSystem.configuration(), false, 1);
        job.run(SampleJob.clips(0, CLIPS, "1"), 6);
        // Rewrites some parts.
        job.run(SampleJob.clips(0, CLIPS / 4, "2"), 6);
        return job;
    }

    private static boolean isFound(SampleJob job, Path file) throws IOException {
        FolderCheck.Result check = FolderCheck.of(job.root(), _ -> {});
        return check.findings().stream()
                .anyMatch(finding -> finding.kind() == Finding.Kind.DAMAGED
                        && finding.path().equals(file)
                        && finding.remedy().contains("spark/submit embed"));
    }

    private static void hurt(Path file, Way way, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (way) {
            case DELETE -> Files.delete(file);
            case CUT -> Files.write(file, Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1)));
            case EMPTY -> Files.write(file, new byte[0]);
            case FLIP -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bytes);
            }
        }
    }

    @Test
    void fsckFindsDamagesOfAFinishedJob() throws IOException {
        SampleJob job = job();
        assertThat(FolderCheck.of(job.root(), _ -> {}).findings()).isEmpty();
        List<Path> files = job.files().stream()
                .filter(name -> !name.equals("run.lock"))
                .map(job.root()::resolve)
                .toList();
        assertThat(files).hasSizeGreaterThan(20);
        Random random = new Random(SEED);
        List<String> missed = new ArrayList<>();
        for (int i = 0; i < DAMAGES; i++) {
            Path file = files.get(random.nextInt(files.size()));
            Way way = Way.values()[i % Way.values().length];
            byte[] bytes = Files.readAllBytes(file);
            hurt(file, way, random);
            if (!isFound(job, file)) {
                missed.add(way + " " + job.root().relativize(file));
            }
            Files.write(file, bytes);
        }
        System.out.println("fsck: " + DAMAGES + " damages, " + missed.size() + " missed");
        assertThat(missed).hasSizeLessThanOrEqualTo(DAMAGES / 100).noneMatch(each -> each.matches("(DELETE|EMPTY).*"));
        assertThat(FolderCheck.of(job.root(), _ -> {}).items())
                .extracting(CheckedItem::state)
                .containsOnlyNulls();
    }

    /**
     * Without manifests, damage is found through checksums of table pages and records; missing files are not noticed.
     */
    @Test
    void ofAnEarlierVersionFsckFindsWhatChecksumsTell() throws IOException {
        SampleJob job = job();
        for (String name : job.files()) {
            if (name.endsWith("_manifest.json")) {
                Files.delete(job.root().resolve(name));
            }
        }
        assertThat(FolderCheck.of(job.root(), _ -> {}).findings()).isEmpty();
        List<Path> files = job.files().stream()
                .filter(name -> name.matches(".*(parquet|tok)"))
                .map(job.root()::resolve)
                .toList();
        Random random = new Random(SEED);
        int flips = 0;
        int found = 0;
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            for (Way way : Way.values()) {
                if (way == Way.DELETE) {
                    continue;
                }
                hurt(file, way, random);
                boolean seen = isFound(job, file);
                if (way == Way.FLIP) {
                    flips++;
                    found += seen ? 1 : 0;
                } else {
                    assertThat(seen).as("%s %s", way, file).isTrue();
                }
                Files.write(file, bytes);
            }
        }
        assertThat((double) found / flips).isGreaterThan(0.5);
    }
}
