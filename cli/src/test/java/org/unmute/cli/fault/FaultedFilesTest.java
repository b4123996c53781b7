package org.unmute.cli.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.ClipList;
import org.unmute.data.Part;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;
import org.unmute.files.FolderLock;
import org.unmute.files.Journal;
import org.unmute.files.RegularFile;
import org.unmute.kernels.contract.fault.Fault;
import org.unmute.kernels.contract.fault.FaultFileSystemProvider;
import org.unmute.kernels.contract.fault.FaultPlan;
import org.unmute.kernels.contract.fault.Operation;
import org.unmute.probes.cache.AudioClip;

/** Single classes under faults that the campaign found. */
class FaultedFilesTest {
    @TempDir
    Path real;

    private Path folder;

    @BeforeEach
    void wrap() {
        folder = new FaultFileSystemProvider(FileSystems.getDefault().provider()).getPath(real.toUri());
    }

    @AfterEach
    void nothingFails() {
        FaultPlan.install(null);
        Thread.interrupted();
    }

    /** Otherwise a process that lives on could never write there again. */
    @Test
    void aLockThatCouldNotBeAcquiredIsNotHeld() throws IOException {
        Path target = folder.resolve("model.safetensors");
        int faults = 0;
        for (Operation operation : Operation.values()) {
            boolean fired = true;
            for (int n = 1; fired; n++) {
                FaultPlan plan = new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(operation), n, null);
                FaultPlan.install(plan);
                try (FolderLock lock = FolderLock.acquireFor(target)) {
                    assertThat(lock).isNotNull();
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining(real.toString());
                }
                fired = plan.fired();
                faults += fired ? 1 : 0;
                FaultPlan.install(null);
                try (FolderLock lock = FolderLock.acquireFor(target)) {
                    assertThat(lock).as(plan.where()).isNotNull();
                }
            }
        }
        assertThat(faults).isGreaterThan(10);
    }

    /** A record that was not accepted must not come back, nor may it be in the way of the next one. */
    @Test
    void aJournalHasTheRecordsThatItAccepted() throws IOException {
        int faults = 0;
        for (Fault fault : List.of(Fault.IO_ERROR, Fault.DEVICE_GONE)) {
            for (Operation operation : Operation.values()) {
                boolean fired = true;
                for (int n = 1; fired; n++) {
                    Path file = folder.resolve(fault + "-" + operation + "-" + n + ".log");
                    FaultPlan plan = new FaultPlan(folder, fault, EnumSet.of(operation), n, null);
                    FaultPlan.install(plan);
                    StringBuilder accepted = new StringBuilder();
                    try (Journal journal = Journal.open(file, Duration.ZERO)) {
                        record(journal, "one\n", accepted);
                        record(journal, "two, a longer record\n", accepted);
                        FaultPlan.install(null);
                        record(journal, "3\n", accepted);
                        assertThat(accepted.toString()).endsWith("3\n");
                    } catch (IOException e) {
                        assertThat(e).hasMessageContaining(real.toString());
                    }
                    fired = plan.fired();
                    faults += fired ? 1 : 0;
                    FaultPlan.install(null);
                    assertThat(Files.exists(file) ? Files.readString(file) : "")
                            .as(plan.where())
                            .isEqualTo(accepted.toString());
                }
            }
        }
        assertThat(faults).isGreaterThan(20);
    }

    private void record(Journal journal, String record, StringBuilder accepted) {
        try {
            journal.append(ByteBuffer.wrap(record.getBytes(StandardCharsets.US_ASCII)));
            accepted.append(record);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(real.toString());
        }
    }

    @Test
    void aFileThatADeviceHidesIsNotTakenForMissing() throws IOException {
        Path file = Files.writeString(folder.resolve("settings.txt"), "lr=1");
        assertThat(RegularFile.exists(file)).isTrue();
        assertThat(RegularFile.exists(folder.resolve("none"))).isFalse();
        FaultPlan.install(new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), 1, null));
        assertThatThrownBy(() -> RegularFile.exists(file)).isInstanceOf(FileSystemException.class);
        FaultPlan.install(new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), 1, null));
        assertThatThrownBy(() -> RegularFile.isFile(file)).isInstanceOf(FileSystemException.class);
        FaultPlan.install(new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), 1, null));
        assertThatThrownBy(() -> RegularFile.isFolder(folder)).isInstanceOf(FileSystemException.class);
    }

    /** Previously, recordings, parts and lists that were briefly unreadable were silently left out of a data set. */
    @Test
    void aDataSetIsReadWholeOrTheReadingFails() throws IOException {
        for (String file : List.of("train/dog/a.wav", "train/owl/b.wav", "test/dog/c.wav", "test/owl/d.wav")) {
            write("folder/" + file, "RIFF");
            write("table/" + file, "RIFF");
        }
        String rows = "train/dog/a.wav,train,dog\ntrain/owl/b.wav,train,owl\ntest/dog/c.wav,test,dog\n";
        write("table/clips.csv", "path,split,labels\n" + rows + "test/owl/d.wav,test,owl\n");
        write("table/clips.tsv", "path\tsplit\tlabels\ntest/owl/d.wav\ttest\towl\n");
        for (String list : List.of("train/weak", "train/synthetic20/soundscapes", "train/synthetic21/soundscapes")) {
            String name = list.replace("/", "-") + ".wav";
            write("desed/audio/" + list + "/" + name, "RIFF");
            write(
                    "desed/metadata/" + list + ".tsv",
                    list.endsWith("weak")
                            ? "filename\tevent_labels\n" + name + "\tDog\n"
                            : "filename\tonset\toffset\tevent_label\n" + name + "\t0\t1\tDog\n");
        }
        assertThat(faultsWhileReading("folder", Part.TRAIN, 2)).isGreaterThan(5);
        assertThat(faultsWhileReading("table", Part.TEST, 2)).isGreaterThan(5);
        assertThat(faultsWhileReading("desed", Part.TRAIN, 3)).isGreaterThan(10);
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Reads a data set once for each operation that may fail; returns the number of operations that failed. */
    private int faultsWhileReading(String name, Part part, int clips) throws IOException {
        Dataset set = Datasets.byName(name);
        Path root = folder.resolve(name);
        for (int n = 1; ; n++) {
            FaultPlan plan = new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), n, null);
            FaultPlan.install(plan);
            try {
                Reading reading = set.read(root, part, ReadOptions.DEFAULT);
                assertThat(reading.clips()).as(plan.where()).hasSize(clips);
                assertThat(reading.labels()).as(plan.where()).isEqualTo(set.labels(root));
            } catch (IOException e) {
                assertThat(e).as(plan.where()).hasMessageContaining(real.toString());
            }
            if (!plan.fired()) {
                return n - 1;
            }
        }
    }

    /** Previously, half-written files of a killed run silently remained next to the result. */
    @Test
    void halfWrittenFilesAreSweptOrTheSweepFails() throws IOException {
        Path cell = Files.createDirectories(folder.resolve("tiny/bench/linear/seed-0"));
        boolean fired = true;
        for (int n = 1; fired; n++) {
            Path left = cell.resolve("probe.safetensors.0123456789abcdef.tmp");
            Files.write(left, new byte[1]);
            FaultPlan plan = new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), n, null);
            FaultPlan.install(plan);
            try {
                BenchmarkRun.removeHalfWritten(folder);
                FaultPlan.install(null);
                assertThat(left).as(plan.where()).doesNotExist();
            } catch (IOException e) {
                assertThat(e).as(plan.where()).hasMessageContaining(real.toString());
            }
            fired = plan.fired();
        }
    }

    @Test
    void linksThatLeadInACircleLeadNowhere() throws IOException {
        Files.createSymbolicLink(real.resolve("one"), Path.of("two"));
        Files.createSymbolicLink(real.resolve("two"), Path.of("one"));
        assertThat(RegularFile.isFile(real.resolve("one"))).isFalse();
        assertThat(RegularFile.isFolder(real.resolve("one"))).isFalse();
        assertThat(RegularFile.exists(real.resolve("one/below"))).isFalse();
    }

    /**
     * Previously, a recording whose attributes could not be read was counted among the files that are not recordings.
     */
    @Test
    void aRecordingIsFoundOrTheSearchFails() throws IOException {
        Files.createDirectory(folder.resolve("night"));
        for (String name : List.of("a.wav", "night/b.wav", "night/c.wav")) {
            Files.write(folder.resolve(name), new byte[1]);
        }
        boolean fired = true;
        for (int n = 1; fired; n++) {
            FaultPlan plan = new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), n, null);
            FaultPlan.install(plan);
            try {
                List<AudioClip> found = ClipList.recordings(folder);
                assertThat(found).as(plan.where()).hasSize(3);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(real.toString());
            }
            fired = plan.fired();
        }
    }

    /**
     * Previously, a probe whose record could not be read was scored with other encoder settings than it was trained
     * with.
     */
    @Test
    void theRecordOfAProbeIsReadOrTheSearchFails() throws IOException {
        Files.write(folder.resolve("probe.safetensors"), new byte[1]);
        Files.writeString(folder.resolve(RunRecord.FILE), "{\"results\": {\"encoder\": \"kwt.onnx\"}}");
        boolean fired = true;
        for (int n = 1; fired; n++) {
            FaultPlan plan = new FaultPlan(folder, Fault.IO_ERROR, EnumSet.of(Operation.STAT), n, null);
            FaultPlan.install(plan);
            try {
                JsonNode results = SavedProbe.find(folder, null).results();
                assertThat(results.path("encoder").asText()).as(plan.where()).isEqualTo("kwt.onnx");
            } catch (IOException | CommandException e) {
                assertThat(e).as(plan.where()).hasMessageContaining(real.toString());
            }
            fired = plan.fired();
        }
    }
}
