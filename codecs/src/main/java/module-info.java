/** Reads sound files with third-party decoders: FLAC, Ogg Vorbis and MP3. */
module org.unmute.codecs {
    requires transitive org.unmute.models;
    requires java.desktop;

    exports org.unmute.codecs;
}
