package org.unmute.events.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.Sha256;

class HashingChannelTest {
    @TempDir
    Path folder;

    @Test
    void theHashIsTheFilesInWhateverOrderItIsRead() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        byte[] bytes = new byte[200_000];
        random.nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        for (int trial = 0; trial < 50; trial++) {
            try (HashingChannel channel = new HashingChannel(Files.newByteChannel(file))) {
                for (int i = random.nextInt(30); i > 0; i--) {
                    if (random.nextInt(3) == 0) {
                        channel.position(random.nextInt(bytes.length + 10));
                    }
                    ByteBuffer buffer = ByteBuffer.allocate(1 + random.nextInt(20_000));
                    buffer.position(random.nextInt(buffer.capacity()));
                    int from = buffer.position();
                    int at = (int) channel.position();
                    int n = channel.read(buffer);
                    for (int k = 0; k < n; k++) {
                        assertThat(buffer.get(from + k)).isEqualTo(bytes[at + k]);
                    }
                }
                assertThat(channel.sha256()).isEqualTo(Sha256.of(bytes));
            }
        }
    }

    /** For example padding in FLAC, and chunks of a WAV file that no decoder reads. */
    @Test
    void aSkippedPartDoesNotMakeTheRestBeReadTwice() throws IOException {
        byte[] bytes = new byte[1_000_000];
        new SplittableRandom(5).nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        long[] read = new long[1];
        try (SeekableByteChannel in = Files.newByteChannel(file);
                HashingChannel channel = new HashingChannel(counting(in, read))) {
            channel.read(ByteBuffer.allocate(100));
            channel.position(8292);
            while (channel.read(ByteBuffer.allocate(70_000)) >= 0) {}
            assertThat(channel.sha256()).isEqualTo(Sha256.of(bytes));
        }
        assertThat(read[0]).isEqualTo(bytes.length);
    }

    private static SeekableByteChannel counting(SeekableByteChannel in, long[] read) {
        return (SeekableByteChannel) Proxy.newProxyInstance(
                SeekableByteChannel.class.getClassLoader(),
                new Class<?>[] {SeekableByteChannel.class},
                (_, method, arguments) -> {
                    Object result = method.invoke(in, arguments);
                    if (method.getName().equals("read")) {
                        read[0] += Math.max(0, (int) result);
                    }
                    return result;
                });
    }
}
