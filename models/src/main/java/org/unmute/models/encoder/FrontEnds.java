package org.unmute.models.encoder;

/** The choice between the authors' front end and the other public one. */
final class FrontEnds {
    private FrontEnds() {}

    /**
     * The front end that the settings ask for, for encoders that both recipes exist for: EAT, SSLAM and Audio-MAE.
     *
     * @param authors the authors' own, whose rate, bands, frames and statistics the other takes over
     */
    static FrontEnd of(EncoderSettings settings, FbankFrontEnd authors) {
        return switch (settings.frontEnd()) {
            case AUTHORS -> authors;
            case BIOFOUNDATION ->
                new BioFoundationFrontEnd(
                        authors.sampleRate(),
                        authors.fbank().options().melBins(),
                        authors.frames(),
                        authors.mean(),
                        authors.std());
        };
    }
}
