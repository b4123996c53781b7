package org.unmute.codecs;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.UnreadableAudioException;
import org.unmute.models.audio.Wav;

/**
 * Reads sound files. The first bytes determine the format, not the file's name: {@link Wav} reads WAV; the javax.sound
 * providers on the class path read FLAC, Ogg Vorbis, MP3, AIFF and AU. Channels are averaged into one. An MP3 keeps the
 * few milliseconds of silence that its encoder put in front, and a truncated MP3 cannot be detected.
 */
public final class AudioFiles {
    private static final int MAX_CHANNELS = 64;
    private static final int MAX_RATE = 768_000;
    private static final long MAX_SECONDS = 4 * 3600;
    private static final int HEAD = 12;
    private static final int OGG_PADDING = 1 << 16;

    private AudioFiles() {}

    /** The supported formats, with the texts that their files begin with. */
    private enum Format {
        WAV("RIFF", "RIFX", "RF64", "BW64"),
        FLAC("fLaC"),
        OGG("OggS"),
        MP3("ID3"),
        AIFF,
        AU(".snd"),
        UNKNOWN;

        private final List<String> beginnings;

        Format(String... beginnings) {
            this.beginnings = List.of(beginnings);
        }
    }

    /**
     * Reads a whole file.
     *
     * @return mono samples, full scale -1 to 1, at the file's own rate
     * @throws UnreadableAudioException if the file is empty, damaged, truncated, longer than four hours, or of an
     *                                  unsupported format
     * @throws IOException              if the file cannot be opened
     */
    public static Recording read(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        }
        if (head.length == 0) {
            throw unreadable(file, "the file is empty");
        }
        Format format = format(head);
        return switch (format) {
            case WAV -> Wav.read(file);
            case UNKNOWN ->
                throw unreadable(file, "not a sound file of a supported format: WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU");
            default -> decode(file, format);
        };
    }

    private static Format format(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        for (Format format : Format.values()) {
            if (format.beginnings.stream().anyMatch(text::startsWith)) {
                return format;
            }
        }
        if (text.startsWith("FORM") && text.length() == HEAD && text.startsWith("AIF", 8)) {
            return Format.AIFF;
        }
        // An MPEG frame begins with eleven set bits; layer III is 01 in the two bits after the version.
        boolean frame = head.length > 1 && head[0] == (byte) 0xFF && (head[1] & 0xE6) == 0xE2;
        return frame ? Format.MP3 : Format.UNKNOWN;
    }

    private static Recording decode(Path file, Format format) throws IOException {
        FlacStreamInfo flac = format == Format.FLAC ? FlacStreamInfo.read(file) : null;
        long limit = format == Format.OGG ? OggPages.check(file) : Long.MAX_VALUE;
        try (InputStream raw = open(file, format);
                AudioInputStream coded = AudioSystem.getAudioInputStream(raw)) {
            AudioFormat pcm = pcmOf(coded.getFormat(), file);
            try (AudioInputStream decoded = AudioSystem.getAudioInputStream(pcm, coded)) {
                Recording recording = collect(decoded, pcm, flac, limit, file);
                if (format == Format.AIFF || format == Format.AU) {
                    requireComplete(coded.getFrameLength(), recording.samples().length, file);
                }
                return recording;
            }
        } catch (UnsupportedAudioFileException e) {
            throw unreadable(file, "no " + format + " sound could be found in it");
        } catch (UnreadableAudioException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The decoders throw all kinds of unchecked exceptions on damaged data.
            UnreadableAudioException damaged = unreadable(file, "damaged " + format + " data: " + e);
            damaged.initCause(e);
            throw damaged;
        }
    }

    private static InputStream open(Path file, Format format) throws IOException {
        InputStream in = Files.newInputStream(file);
        if (format == Format.OGG) {
            // The decoder returns nothing for a file that fits into its first buffer. It skips the appended zeros.
            in = new SequenceInputStream(in, new ByteArrayInputStream(new byte[OGG_PADDING]));
        }
        return new BufferedInputStream(in, 1 << 16);
    }

    static UnreadableAudioException unreadable(Path file, String reason) {
        return new UnreadableAudioException(file.toString(), reason);
    }

    /**
     * The format to decode to: signed integers of the file's width, or of 16 bits for lossy codecs, which have none.
     */
    private static AudioFormat pcmOf(AudioFormat format, Path file) throws UnreadableAudioException {
        int channels = format.getChannels();
        float rate = format.getSampleRate();
        int bits = format.getSampleSizeInBits();
        if (channels < 1 || channels > MAX_CHANNELS || !(rate >= 1 && rate <= MAX_RATE) || rate != (int) rate) {
            throw unreadable(
                    file,
                    "channels must be 1 to " + MAX_CHANNELS + " and the rate an integer up to " + MAX_RATE + " Hz: "
                            + channels + " channels, " + rate + " Hz");
        }
        boolean own = format.getEncoding().equals(Encoding.PCM_SIGNED)
                || format.getEncoding().toString().equals("FLAC");
        if (format.getEncoding().equals(Encoding.PCM_FLOAT)) {
            return format;
        }
        int width = own && bits > 0 ? bits : 16;
        if (width % 8 != 0 || width > 32) {
            throw unreadable(file, "samples of " + width + " bits are not supported; 8, 16, 24 and 32 are");
        }
        boolean bigEndian = format.getEncoding().equals(Encoding.PCM_SIGNED) && format.isBigEndian();
        return new AudioFormat(Encoding.PCM_SIGNED, rate, width, channels, channels * width / 8, rate, bigEndian);
    }

    private static Recording collect(
            AudioInputStream in, AudioFormat format, FlacStreamInfo flac, long limit, Path file) throws IOException {
        int frameBytes = format.getFrameSize();
        int channels = format.getChannels();
        int rate = (int) format.getSampleRate();
        PcmSample sample = PcmSample.of(format);
        byte[] buffer = new byte[frameBytes * 4096];
        float[] samples = new float[1 << 14];
        int n = 0;
        FlacStreamInfo.Check check = flac == null ? null : flac.check();
        for (int got = in.readNBytes(buffer, 0, buffer.length);
                got > 0;
                got = in.readNBytes(buffer, 0, buffer.length)) {
            if (check != null) {
                check.update(buffer, got);
            }
            for (int at = 0; at + frameBytes <= got; at += frameBytes) {
                if (n == samples.length) {
                    samples = Arrays.copyOf(samples, Math.toIntExact(Math.min(2L * n, Integer.MAX_VALUE - 8)));
                }
                double sum = 0;
                for (int c = 0; c < channels; c++) {
                    sum += sample.at(buffer, at + c * frameBytes / channels);
                }
                samples[n++] = (float) (sum / channels);
            }
            if (n > MAX_SECONDS * rate || n > Integer.MAX_VALUE - 8 - 4096) {
                throw unreadable(file, "longer than " + MAX_SECONDS + " s: cut it into shorter files");
            }
        }
        if (check != null) {
            check.finish(file.toString());
        }
        if (n == 0) {
            throw unreadable(file, "the file holds no samples");
        }
        // The last block of a lossy codec is padded; an Ogg file states where the sound ends.
        return new Recording(Arrays.copyOf(samples, (int) Math.min(n, Math.max(1, limit))), rate, channels);
    }

    private static void requireComplete(long promised, int got, Path file) throws UnreadableAudioException {
        if (promised > 0 && promised != got) {
            throw unreadable(file, "truncated: the header states " + promised + " samples, " + got + " are there");
        }
    }
}
