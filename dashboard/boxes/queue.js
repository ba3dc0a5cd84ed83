// Acts that Python has not acknowledged. A trigger may be lost when they come faster than reruns,
// so every one carries all that is not acknowledged, and one without an answer is sent again.
const RETRY_MS = 1500
const MAX_ITEMS = 1000

class Queue {
  constructor(send) {
    this.nonce = String(crypto.getRandomValues(new Uint32Array(2)).join("-"))
    this.number = 0
    this.items = []
    this.sendBatch = send
  }

  /** Take an act and return its number. */
  put(item) {
    this.number += 1
    this.items.push({ number: this.number, ...item })
    this.send()
    return this.number
  }

  send() {
    clearTimeout(this.retry)
    if (!this.items.length) return
    this.sendBatch({ nonce: this.nonce, items: this.items.slice(0, MAX_ITEMS) })
    this.retry = setTimeout(() => this.send(), RETRY_MS)
  }

  /** Drop what is done; return the number of the last act that is. */
  settle({ nonce, number }) {
    if (nonce !== this.nonce) return 0
    this.items = this.items.filter(item => item.number > number)
    if (!this.items.length) clearTimeout(this.retry)
    return number
  }

  stop() {
    clearTimeout(this.retry)
  }
}
