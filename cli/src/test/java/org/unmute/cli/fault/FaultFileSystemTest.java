package org.unmute.cli.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.fault.Fault;
import org.unmute.kernels.contract.fault.FaultFileSystemProvider;
import org.unmute.kernels.contract.fault.FaultPlan;
import org.unmute.kernels.contract.fault.Operation;
import org.unmute.kernels.contract.fault.Survival;
import org.unmute.kernels.contract.fault.VolatileDisk;

/** The file system that injects faults, and the files that remain after a power failure. */
class FaultFileSystemTest {
    @TempDir
    Path real;

    private Path folder;

    @BeforeEach
    void wrap() {
        FaultFileSystemProvider provider =
                new FaultFileSystemProvider(FileSystems.getDefault().provider());
        folder = provider.getPath(real.toUri());
    }

    @AfterEach
    void nothingFails() {
        FaultPlan.install(null);
        Thread.interrupted();
    }

    private FaultPlan install(Fault fault, Operation operation, int number) {
        FaultPlan plan = new FaultPlan(folder, fault, EnumSet.of(operation), number, null);
        FaultPlan.install(plan);
        return plan;
    }

    @Test
    void theSecondWriteFindsTheDiskFullAfterHalfOfItsBytes() throws IOException {
        FaultPlan plan = install(Fault.DISK_FULL, Operation.WRITE, 2);
        Path file = folder.resolve("a");
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(out.write(ByteBuffer.wrap(new byte[10]))).isEqualTo(10);
            assertThat(plan.fired()).isFalse();
            assertThatThrownBy(() -> out.write(ByteBuffer.wrap(new byte[8])))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
            assertThat(out.write(ByteBuffer.wrap(new byte[1]))).isEqualTo(1);
        }
        assertThat(plan.fired()).isTrue();
        assertThat(plan.where()).isEqualTo("WRITE 2, a");
        assertThat(Files.size(file)).isEqualTo(15);
    }

    @Test
    void aShortReadGivesHalf() throws IOException {
        Files.write(folder.resolve("a"), new byte[10]);
        install(Fault.SHORT, Operation.READ, 1);
        try (FileChannel in = FileChannel.open(folder.resolve("a"))) {
            assertThat(in.read(ByteBuffer.allocate(10))).isEqualTo(5);
            assertThat(in.read(ByteBuffer.allocate(10))).isEqualTo(5);
            assertThat(in.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptClosesTheChannel() throws IOException {
        install(Fault.INTERRUPTED, Operation.WRITE, 1);
        try (FileChannel out =
                FileChannel.open(folder.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> out.write(ByteBuffer.wrap(new byte[1])))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(out.isOpen()).isFalse();
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aDeviceThatIsGoneFailsAllThatFollows() throws IOException {
        Files.createDirectory(folder.resolve("b"));
        FaultPlan plan = new FaultPlan(folder, Fault.DEVICE_GONE, EnumSet.allOf(Operation.class), 2, null);
        FaultPlan.install(plan);
        Files.createDirectory(folder.resolve("c"));
        assertThatThrownBy(() -> Files.delete(folder.resolve("b"))).isInstanceOf(FileSystemException.class);
        assertFails(
                FileSystemException.class,
                () -> {
                    try (Stream<Path> all = Files.list(folder)) {
                        all.toList();
                    }
                },
                "Input/output error");
        assertThat(real.resolve("b")).exists();
    }

    @Test
    void filesElsewhereDoNotFail() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        FaultPlan.install(new FaultPlan(inside, Fault.IO_ERROR, EnumSet.allOf(Operation.class), 1, null));
        Files.write(folder.resolve("a"), new byte[1]);
        assertThatThrownBy(() -> Files.write(inside.resolve("a"), new byte[1])).isInstanceOf(FileSystemException.class);
    }

    /** Writes and forces {@code old}, then replaces it step by step, as a careful program does. */
    private VolatileDisk replaced(boolean forced, boolean folderForced) throws IOException {
        Files.writeString(folder.resolve("a"), "old");
        VolatileDisk disk = new VolatileDisk(folder);
        FaultPlan.install(new FaultPlan(folder, Fault.POWER_LOSS, EnumSet.noneOf(Operation.class), 0, disk));
        Path temporary = folder.resolve("a.tmp");
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap("new text".getBytes()));
            if (forced) {
                out.force(true);
            }
        }
        Files.move(temporary, folder.resolve("a"), StandardCopyOption.ATOMIC_MOVE);
        if (folderForced) {
            try (FileChannel names = FileChannel.open(folder)) {
                names.force(true);
            }
        }
        FaultPlan.install(null);
        return disk;
    }

    @Test
    void namesAndBytesAreLostUntilTheyAreForced() throws IOException {
        replaced(false, false).lose(Survival.NOTHING, 1);
        assertThat(real.resolve("a")).hasContent("old");
        assertThat(real.resolve("a.tmp")).doesNotExist();
        replaced(false, false).lose(Survival.NAMES, 1);
        assertThat(real.resolve("a")).isEmptyFile();
        replaced(false, false).lose(Survival.ZEROS, 1);
        assertThat(real.resolve("a")).hasBinaryContent(new byte[8]);
        replaced(true, false).lose(Survival.NOTHING, 1);
        assertThat(real.resolve("a")).hasContent("old");
        replaced(true, false).lose(Survival.NAMES, 1);
        assertThat(real.resolve("a")).hasContent("new text");
        replaced(true, true).lose(Survival.NOTHING, 1);
        assertThat(real.resolve("a")).hasContent("new text");
        replaced(false, false).lose(Survival.EVERYTHING, 1);
        assertThat(real.resolve("a")).hasContent("new text");
    }

    /** If the deletion of a folder is durable, so is that of its files; until then each of them may reappear. */
    @Test
    void aFileComesBackUnlessItsFolderIsGoneForCertain() throws IOException {
        for (boolean forced : new boolean[] {false, true}) {
            Path below = Files.createDirectories(folder.resolve("below"));
            Files.writeString(below.resolve("a"), "old");
            VolatileDisk disk = new VolatileDisk(folder);
            FaultPlan.install(new FaultPlan(folder, Fault.POWER_LOSS, EnumSet.noneOf(Operation.class), 0, disk));
            Files.delete(below.resolve("a"));
            Files.delete(below);
            if (forced) {
                try (FileChannel names = FileChannel.open(folder)) {
                    names.force(true);
                }
            }
            FaultPlan.install(null);
            disk.lose(Survival.NOTHING, 1);
            assertThat(Files.exists(below.resolve("a"))).isEqualTo(!forced);
        }
    }

    @Test
    void someSectorsOfAnAppendAreLost() throws IOException {
        Path file = folder.resolve("log");
        Files.write(file, new byte[] {1});
        boolean hole = false;
        for (int seed = 0; seed < 20; seed++) {
            Files.write(file, new byte[] {1});
            VolatileDisk disk = new VolatileDisk(folder);
            FaultPlan.install(new FaultPlan(folder, Fault.POWER_LOSS, EnumSet.noneOf(Operation.class), 0, disk));
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                ByteBuffer twos = ByteBuffer.allocate(2000);
                while (twos.hasRemaining()) {
                    twos.put((byte) 2);
                }
                out.write(twos.flip(), 1);
            }
            FaultPlan.install(null);
            disk.lose(Survival.SOME, seed);
            byte[] left = Files.readAllBytes(file);
            assertThat(left[0]).isEqualTo((byte) 1);
            hole |= left.length > 600 && left[600] == 0;
        }
        assertThat(hole)
                .as("a sector in the middle is lost and a later one is not")
                .isTrue();
    }
}
