/**
 * MP3 as an {@link org.unmute.audio.AudioStream}. JLayer decodes a frame, from
 * {@code com.googlecode.soundlibs:jlayer}: of what Maven Central has, the decoder that knows MPEG-1, MPEG-2 and
 * MPEG-2.5; {@code fr.delthas:javamp3} reads MPEG-1 only, and the others are copies of JLayer. It is not maintained any
 * more and trusts its input, so it never gets a file: {@code Mp3Frames} finds the frames, checks their headers and
 * lengths against the file, and hands over one frame at a time, of at most 1.7 kB. The work on a frame is bounded: its
 * loops count bits of the frame or of the 4 kB before it. At 24 kHz one of its tables differs from the standard in one
 * place (a band begins at line 330, not 332), an error of about -60 dB.
 */
package org.unmute.mp3;
