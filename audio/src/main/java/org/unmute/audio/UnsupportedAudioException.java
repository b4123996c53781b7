package org.unmute.audio;

/** An audio file has a known but unsupported format. The message tells how to convert it. */
public final class UnsupportedAudioException extends UnreadableAudioException {
    private static final long serialVersionUID = 1L;

    private final String format;

    /**
     * @param source the file's name
     * @param format the format's name
     */
    public UnsupportedAudioException(String source, String format) {
        super(source, format + " is not read: convert it: " + AudioFormats.conversion(source));
        this.format = format;
    }

    /** The format's name, such as {@code "Opus"}. */
    public String format() {
        return format;
    }
}
