import org.unmute.audio.AudioFormatProvider;
import org.unmute.audio.PcmFormat;
import org.unmute.audio.flac.FlacFormat;
import org.unmute.audio.vorbis.VorbisFormat;

/** Reads recordings of any supported format and length as streams of samples. */
module org.unmute.audio {
    requires transitive org.unmute.files;
    requires static org.jspecify;

    exports org.unmute.audio;
    exports org.unmute.audio.playback;
    exports org.unmute.audio.flac;
    exports org.unmute.audio.place;

    uses AudioFormatProvider;

    provides AudioFormatProvider with
            PcmFormat,
            FlacFormat,
            VorbisFormat;
}
