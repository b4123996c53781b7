import org.unmute.audio.AudioFormatProvider;
import org.unmute.mp3.Mp3Format;

/** Reads MP3 with a third-party decoder. Not called mp3, because module names should not end in a digit. */
module org.unmute.mpeg {
    requires transitive org.unmute.audio;
    requires jlayer;

    provides AudioFormatProvider with
            Mp3Format;
}
