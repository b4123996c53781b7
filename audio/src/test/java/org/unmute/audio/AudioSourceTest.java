package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AudioSourceTest {
    @TempDir
    Path folder;

    private static byte[] bytes(int n, long seed) {
        byte[] bytes = new byte[n];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Returns a few bytes per read. */
    private static InputStream trickling(byte[] bytes, long seed) {
        Random random = new Random(seed);
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int from, int count) {
                return super.read(into, from, Math.min(count, 1 + random.nextInt(5000)));
            }
        };
    }

    @Property
    void everySourceGivesTheSameBytes(
            @ForAll @IntRange(max = 300_000) int n, @ForAll @IntRange(max = 2) int kind, @ForAll long seed)
            throws IOException {
        byte[] all = bytes(n, seed);
        Random random = new Random(seed);
        AudioSource source = switch (kind) {
            case 0 -> AudioSource.of(all, "bytes");
            case 1 -> AudioSource.of(MemorySegment.ofArray(all), "segment");
            default -> AudioSource.of(trickling(all, seed), "stream");
        };
        assertThat(source.seekable()).isEqualTo(kind < 2);
        assertThat(source.size()).isEqualTo(kind < 2 ? n : -1);
        int at = 0;
        for (int i = 0; i < 100; i++) {
            assertThat(source.position()).isEqualTo(at);
            switch (random.nextInt(4)) {
                case 0 -> {
                    int count = random.nextInt(30_000);
                    assertThat(source.peek(count)).isEqualTo(Arrays.copyOfRange(all, at, Math.min(n, at + count)));
                }
                case 1 -> {
                    byte[] into = new byte[random.nextInt(20_000)];
                    int got = source.read(into, 0, into.length);
                    assertThat(got).isEqualTo(Math.min(into.length, n - at));
                    assertThat(Arrays.equals(into, 0, got, all, at, at + got)).isTrue();
                    at += got;
                }
                case 2 -> {
                    assertThat(source.read()).isEqualTo(at < n ? all[at] & 0xFF : -1);
                    at = Math.min(n, at + 1);
                }
                default -> {
                    int to = kind < 2 ? random.nextInt(n + 1) : Math.min(n, at + random.nextInt(50_000));
                    source.seek(to);
                    at = to;
                }
            }
        }
    }

    @Test
    void aChannelBeginsWhereItStands() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), bytes(1000, 1));
        FileChannel channel = FileChannel.open(file).position(100);
        try (AudioSource source = AudioSource.of(channel, "channel")) {
            assertThat(source.size()).isEqualTo(900);
            assertThat(source.bytes(3)).isEqualTo(Arrays.copyOfRange(bytes(1000, 1), 100, 103));
            source.seek(0);
            assertThat(source.read()).isEqualTo(bytes(1000, 1)[100] & 0xFF);
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whatCannotBeIsSaid() throws IOException {
        AudioSource stream = AudioSource.of(new ByteArrayInputStream(new byte[200_000]), "stream");
        stream.seek(150_000);
        assertFails(IOException.class, () -> stream.seek(3), "cannot go back");
        assertFails(EOFException.class, () -> stream.bytes(60_000), "stream");
        assertThatThrownBy(() -> stream.seek(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AudioSource.of(folder.resolve("none"))).isInstanceOf(IOException.class);
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            try (AudioSource source = AudioSource.of(device)) {
                assertThat(source.seekable()).isFalse();
                assertThat(source.read()).isEqualTo(-1);
            }
        }
    }
}
