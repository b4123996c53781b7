package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.audio.playback.Mixdown;
import org.unmute.spark.input.HadoopFiles.Reading;

/** Reading files through Hadoop's file systems. */
class HadoopFilesTest {
    private final HadoopFiles files = new HadoopFiles(new Configuration());

    @TempDir
    Path temp;

    private String uri(String name) {
        return "file:" + temp.resolve(name);
    }

    @Test
    void aChannelReadsWhatIsAskedForInAnyOrder() throws IOException {
        byte[] bytes = new byte[200_000];
        Random random = new Random(1);
        random.nextBytes(bytes);
        Files.write(temp.resolve("x"), bytes);
        try (HadoopChannel channel = files.open(uri("x"), Reading.CLIPS)) {
            assertThat(channel.size()).isEqualTo(bytes.length);
            for (int i = 0; i < 2000; i++) {
                int from = random.nextInt(bytes.length + 100);
                int count = random.nextInt(i % 10 == 0 ? 100_000 : 500);
                ByteBuffer into = i % 2 == 0 ? ByteBuffer.allocate(count + 3) : ByteBuffer.allocateDirect(count + 3);
                into.position(3);
                channel.position(random.nextInt(bytes.length)).position(from);
                while (into.hasRemaining() && channel.read(into) > 0) {}
                int got = into.position() - 3;
                assertThat(got).isEqualTo(Math.max(0, Math.min(count, bytes.length - from)));
                byte[] read = new byte[got];
                into.get(3, read);
                assertThat(read).isEqualTo(got == 0 ? new byte[0] : Arrays.copyOfRange(bytes, from, from + got));
                assertThat(channel.position()).isEqualTo(from + got);
            }
            channel.position(bytes.length);
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aClosedChannelReadsNothing() throws IOException {
        Files.write(temp.resolve("x"), new byte[10]);
        HadoopChannel channel = files.open(uri("x"), Reading.HEADER);
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aFileThatShrinksEnds() throws IOException {
        Files.write(temp.resolve("x"), new byte[100_000]);
        try (HadoopChannel channel = files.open(uri("x"), Reading.ALL)) {
            Files.write(temp.resolve("x"), new byte[10]);
            ByteBuffer into = ByteBuffer.allocate(100_000);
            while (channel.read(into) >= 0) {}
            assertThat(into.position()).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a:b.wav",
                "C:x.wav",
                "100%.wav",
                "a%41.wav",
                "a#b?c.wav",
                " blank .wav",
                "line\nfeed.wav",
                "Zaunkönig ♪ 😀.wav",
                "_under.wav",
                "[a]{b}*.wav",
                "back\\slash.wav",
                "~tilde.wav"
            })
    void oddNamesAreNames(String name) throws IOException {
        Files.write(temp.resolve(name), new byte[] {1, 2, 3});
        assertThat(files.qualified(temp.resolve(name).toString()).toString()).isEqualTo(uri(name));
        assertThat(files.qualified(uri(name)).toString()).isEqualTo(uri(name));
        try (HadoopChannel channel = files.open(uri(name), Reading.ALL)) {
            ByteBuffer into = ByteBuffer.allocate(4);
            assertThat(channel.read(into)).isEqualTo(3);
        }
    }

    @Test
    void aRelativePathIsBelowTheWorkingFolder() throws IOException {
        String here = "file:" + Path.of("").toAbsolutePath();
        assertThat(files.qualified("x/y.wav").toString()).isEqualTo(here + "/x/y.wav");
        assertThat(files.qualified("a:b.wav").toString()).isEqualTo(here + "/a:b.wav");
        assertFails(IOException.class, () -> files.qualified("nosuch://x/y"), "nosuch");
        assertThatThrownBy(() -> files.qualified("hdfs://host.invalid/x"))
                .isInstanceOf(IOException.class)
                .hasMessage("hdfs://host.invalid/x: no host host.invalid");
        Configuration missing = new Configuration();
        missing.set("fs.far.impl", "org.unmute.NoFileSystem");
        assertThatThrownBy(() -> new HadoopFiles(missing).qualified("far:/x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("far:/x: Class org.unmute.NoFileSystem not found: put what reads far: on the");
    }

    @Test
    void failuresNameTheFile() throws IOException {
        assertThatThrownBy(() -> files.open(uri("missing.wav"), Reading.ALL))
                .isInstanceOfSatisfying(
                        NoSuchFileException.class, e -> assertThat(e.getFile()).isEqualTo(uri("missing.wav")));
        assertFails(FileSystemException.class, () -> files.open(uri(""), Reading.ALL), "a folder, not a file");
    }

    @Test
    void aChecksumFileBesideARecordingIsNotBelieved() throws IOException {
        Files.write(temp.resolve("x.wav"), new byte[600]);
        Files.write(temp.resolve(".x.wav.crc"), "crc\0\0\0\2\0wrong".getBytes());
        assertThat(FileDigests.of(files, uri("x.wav"))).hasSize(64);
    }

    @Test
    void theStampChangesWithTheFile() throws IOException {
        Path file = temp.resolve("x.wav");
        Files.write(file, new byte[600]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_123L));
        assertThat(HadoopFiles.stamp(files.status(uri("x.wav")))).isEqualTo("600-1700000000123");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_124L));
        assertThat(HadoopFiles.stamp(files.status(uri("x.wav")))).isEqualTo("600-1700000000124");
    }

    @Test
    void anEtagIsTheStampWhereThereIsOne() throws IOException {
        Configuration configuration = new Configuration();
        PretendFileSystem.register(configuration);
        String stamp = HadoopFiles.stamp(new HadoopFiles(configuration).status("tagged:/1-1-2/_folder_0/clip:0.wav"));
        assertThat(stamp)
                .startsWith((44 + 2 * 2 * PretendFileSystem.RATE) + "-e")
                .doesNotContain("\"");
    }

    @Test
    void soundIsThatOfTheFile() throws IOException {
        float[] samples = new float[3000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i * 0.01);
        }
        Wav.write(temp.resolve("tone ♪.wav"), samples, 1000);
        Recording expected = Wav.read(temp.resolve("tone ♪.wav"));
        try (AudioStream stream = open("tone ♪.wav")) {
            assertThat(Recording.read(stream).samples()).isEqualTo(expected.samples());
        }
        Files.write(temp.resolve("no.wav"), new byte[100]);
        assertFails(IOException.class, () -> open("no.wav"), uri("no.wav"));
    }

    private AudioStream open(String name) throws IOException {
        return HadoopAudio.open(files.open(uri(name), HadoopFiles.Reading.CLIPS), uri(name), Mixdown.MEAN);
    }
}
