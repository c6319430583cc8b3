import './base.css';
import './parts.css';
import './form.css';
import './pages.css';
import './record.css';
