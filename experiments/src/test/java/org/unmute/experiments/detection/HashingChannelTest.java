package org.unmute.experiments.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.io.Sha256;

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
}
