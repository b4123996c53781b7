package org.unmute.audio;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Detects the format of an audio file by its first bytes and opens it with the provider for that format. */
public final class AudioFormats {
    /** Number of bytes that a provider is given to recognize a file. */
    public static final int HEAD_BYTES = 4096;

    private static final int ID3_HEADER = 10;
    private static final int ID3_FOOTER_FLAG = 0x10;

    /** Unsupported formats by file name extension. */
    private static final Map<String, String> UNREAD = Map.ofEntries(
            Map.entry("aac", "AAC"),
            Map.entry("ac3", "AC-3"),
            Map.entry("amr", "AMR"),
            Map.entry("ape", "Monkey's Audio"),
            Map.entry("caf", "Core Audio Format"),
            Map.entry("dsf", "DSD"),
            Map.entry("m4a", "MPEG-4 audio"),
            Map.entry("m4b", "MPEG-4 audio"),
            Map.entry("mka", "Matroska"),
            Map.entry("mp4", "MPEG-4"),
            Map.entry("mpc", "Musepack"),
            Map.entry("opus", "Opus"),
            Map.entry("spx", "Speex"),
            Map.entry("tta", "True Audio"),
            Map.entry("voc", "Creative Voice"),
            Map.entry("webm", "WebM"),
            Map.entry("wma", "Windows Media Audio"),
            Map.entry("wv", "WavPack"));

    private AudioFormats() {}

    /** Looks for providers only once, because that takes longer than opening a short file. */
    private static final class Found {
        static final List<AudioFormatProvider> PROVIDERS =
                ServiceLoader.load(AudioFormatProvider.class, AudioFormatProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
    }

    /** The formats on the class path or module path, in the order in which they are tried. */
    public static List<AudioFormatProvider> providers() {
        return Found.PROVIDERS;
    }

    /** Audio formats that are not supported, by lower-case file name extension, such as {@code m4a}. */
    public static Map<String, String> unread() {
        return UNREAD;
    }

    /** The command that converts a file to a supported format. */
    public static String conversion(String file) {
        int slash = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
        int dot = file.lastIndexOf('.');
        String stem = dot > slash + 1 ? file.substring(0, dot) : file;
        return "ffmpeg -i " + quoted(file) + " " + quoted(stem + ".flac");
    }

    /**
     * Puts a name in double quotes, which every shell knows, or in single quotes if a shell would expand something in
     * it.
     */
    private static String quoted(String name) {
        boolean special = name.chars().anyMatch(c -> "\"$`!".indexOf(c) >= 0);
        return special ? "'" + name.replace("'", "'\\''") + "'" : '"' + name + '"';
    }

    static AudioStream open(AudioSource source, int channel) throws IOException {
        if (source.peek(1).length == 0) {
            throw new UnreadableAudioException(source.name(), "the file is empty");
        }
        skipTags(source);
        byte[] head = source.peek(HEAD_BYTES);
        List<AudioFormatProvider> providers = providers();
        for (AudioFormatProvider provider : providers) {
            if (provider.matches(head)) {
                return provider.open(source, channel);
            }
        }
        String unread = Magic.unread(head);
        if (unread != null) {
            throw new UnsupportedAudioException(source.name(), unread);
        }
        String other = Magic.noSound(head);
        String read = providers.stream().map(AudioFormatProvider::name).sorted().collect(Collectors.joining(", "));
        throw new UnreadableAudioException(
                source.name(),
                other != null
                        ? other
                        : "not a sound file of a format that is read, judged by its first bytes: " + read);
    }

    /** Skips ID3v2 tags, which precede MP3 data and which some programs put before FLAC too. */
    private static void skipTags(AudioSource source) throws IOException {
        while (true) {
            byte[] head = source.peek(ID3_HEADER);
            if (head.length < ID3_HEADER || head[0] != 'I' || head[1] != 'D' || head[2] != '3') {
                return;
            }
            // The size is four bytes of seven bits and does not include the header and the optional footer.
            long length = ID3_HEADER + ((head[5] & ID3_FOOTER_FLAG) != 0 ? ID3_HEADER : 0);
            for (int i = 0; i < 4; i++) {
                length += (long) (head[6 + i] & 0x7F) << 7 * (3 - i);
            }
            long end = source.position() + length;
            if (source.size() < 0 || end <= source.size()) {
                source.seek(end);
            }
            if (source.position() < end) {
                throw new UnreadableAudioException(
                        source.name(), "its ID3 tag should have " + length + " bytes, but the file ends before");
            }
        }
    }
}
