import org.unmute.audio.AudioFormatProvider;
import org.unmute.mp3.Mp3Format;

/** Reads MP3 with a third-party decoder. Names of modules should not end with a digit, so it is not called mp3. */
module org.unmute.mpeg {
    requires transitive org.unmute.audio;
    requires jlayer;

    provides AudioFormatProvider with
            Mp3Format;
}
