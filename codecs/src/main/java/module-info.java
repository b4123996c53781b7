import org.unmute.codecs.mp3.Mp3Format;
import org.unmute.models.audio.AudioFormatProvider;

/** Reads whole sound files, and MP3 with a third-party decoder. */
module org.unmute.codecs {
    requires transitive org.unmute.models;
    requires jlayer;

    exports org.unmute.codecs;

    provides AudioFormatProvider with
            Mp3Format;
}
